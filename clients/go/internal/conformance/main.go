// Conformance carries out what it reads, one JSON object a line, and writes one JSON object for each. How all clients are put to the same
// questions:
//
//	connect  {target, secret, ca?}         → {}
//	call     {method, request, metadata?}  → {response} or {error: {code, message, reason, metadata, violations}}
//	read     {type, binary, json}          → {json, binary}: what was read from binary as JSON, and from json as binary
//	file     {name}                        → {descriptor}: a published FileDescriptorProto
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	rupt "rupt.com/go"
)

type question struct {
	Op, Target, Secret, CA, Method, Type, Name string
	Request, JSON                              json.RawMessage
	Metadata                                   map[string]string
	Binary                                     []byte
}

type answer map[string]any

var client *rupt.Client

func connect(q question) (answer, error) {
	if client != nil {
		_ = client.Close()
	}
	opened, err := rupt.Connect(q.Target, q.Secret, rupt.Options{CAFile: q.CA, Plaintext: q.CA == ""})
	client = opened
	return answer{}, err
}

// call goes through the generated stub, found by its name.
func call(q question) (answer, error) {
	service, name, _ := strings.Cut(q.Method, "/")
	stub := map[string]any{
		"rupt.v2.EvaluationService": client.Evaluations,
		"rupt.v2.ChallengeService":  client.Challenges,
		"rupt.v2.UserService":       client.Users,
		"rupt.v2.PolicyService":     client.Policies,
		"rupt.v2.AccessListService": client.AccessLists,
		"rupt.v2.BrowserService":    client.Browser,
	}[service]
	method := reflect.ValueOf(stub).MethodByName(name)
	request := reflect.New(method.Type().In(1).Elem())
	if err := protojson.Unmarshal(q.Request, request.Interface().(proto.Message)); err != nil {
		return nil, err
	}
	ctx := metadata.NewOutgoingContext(context.Background(), metadata.New(q.Metadata))
	results := method.Call([]reflect.Value{reflect.ValueOf(ctx), request})
	if err, failed := results[1].Interface().(error); failed {
		return answer{"error": describe(err)}, nil
	}
	response, err := toJSON(results[0].Interface().(proto.Message))
	return answer{"response": response}, err
}

func describe(err error) answer {
	failure, info, violations := status.Convert(err), rupt.ErrorInfo(err), []answer{}
	for _, detail := range failure.Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, v := range bad.FieldViolations {
				violations = append(violations, answer{"field": v.Field, "description": v.Description})
			}
		}
	}
	return answer{
		"code":       strings.ToLower(code.Code(failure.Code()).String()),
		"message":    failure.Message(),
		"reason":     info.Reason,
		"metadata":   info.Metadata,
		"violations": violations,
	}
}

func read(q question) (answer, error) {
	found, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(q.Type))
	if err != nil {
		return nil, err
	}
	fromBinary, fromJSON := found.New().Interface(), found.New().Interface()
	if err := proto.Unmarshal(q.Binary, fromBinary); err != nil {
		return nil, err
	}
	if err := protojson.Unmarshal(q.JSON, fromJSON); err != nil {
		return nil, err
	}
	text, err := toJSON(fromBinary)
	if err != nil {
		return nil, err
	}
	binary, err := proto.Marshal(fromJSON)
	return answer{"json": text, "binary": binary}, err
}

func file(q question) (answer, error) {
	found, err := protoregistry.GlobalFiles.FindFileByPath(q.Name)
	if err != nil {
		return nil, err
	}
	descriptor, err := proto.Marshal(protodesc.ToFileDescriptorProto(found))
	return answer{"descriptor": descriptor}, err
}

func toJSON(message proto.Message) (json.RawMessage, error) {
	text, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(message)
	return text, err
}

func main() {
	operations := map[string]func(question) (answer, error){"connect": connect, "call": call, "read": read, "file": file}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var q question
		err := json.Unmarshal(lines.Bytes(), &q)
		a := answer{}
		if operation := operations[q.Op]; err == nil && operation != nil {
			a, err = operation(q)
		} else if err == nil {
			err = fmt.Errorf("no such operation: %q", q.Op)
		}
		if err != nil {
			a = answer{"failed": err.Error()}
		}
		text, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}
