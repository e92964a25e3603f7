// Generated, so that the protos alone say what there is.
export * from "../../../gen/es/rupt/v2/access_list_service_pb.js";
export * from "../../../gen/es/rupt/v2/browser_service_pb.js";
export * from "../../../gen/es/rupt/v2/challenge_service_pb.js";
export * from "../../../gen/es/rupt/v2/error_reason_pb.js";
export * from "../../../gen/es/rupt/v2/evaluation_service_pb.js";
export * from "../../../gen/es/rupt/v2/policy_service_pb.js";
export * from "../../../gen/es/rupt/v2/risk_pb.js";
export * from "../../../gen/es/rupt/v2/user_service_pb.js";
export { type ConnectClients, type ConnectOptions, createConnectClients } from "./connect-clients.js";
export { connectErrorOf } from "./connect-error.js";
