package rupt

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// ErrorInfo is what a failed call says to programs: its Reason is a word of ErrorReason such as "challenge_not_found", its Metadata holds
// the keys documented there. Empty, never nil, where the error did not come from the server, such as a refused connection or a deadline.
func ErrorInfo(err error) *errdetails.ErrorInfo {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info
		}
	}
	return &errdetails.ErrorInfo{}
}
