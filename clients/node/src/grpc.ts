// Generated, so that the protos alone say what there is.
export * from "../../../gen/grpc-js/rupt/v2/access_list_service.js";
export * from "../../../gen/grpc-js/rupt/v2/browser_service.js";
export * from "../../../gen/grpc-js/rupt/v2/challenge_service.js";
export * from "../../../gen/grpc-js/rupt/v2/error_reason.js";
export * from "../../../gen/grpc-js/rupt/v2/evaluation_service.js";
export * from "../../../gen/grpc-js/rupt/v2/policy_service.js";
export * from "../../../gen/grpc-js/rupt/v2/risk.js";
export * from "../../../gen/grpc-js/rupt/v2/user_service.js";
export { createGrpcClients, type GrpcClients, type GrpcOptions, type GrpcTls } from "./grpc-clients.js";
export { grpcErrorOf } from "./grpc-error.js";
