export {
  Challenge,
  ChallengeServiceClient,
  ChallengeServiceService,
  ChallengeStatus,
  Channel,
  CompleteChallengeRequest,
  CompleteChallengeResponse,
  GetChallengeRequest,
  GetChallengeResponse,
  Language,
  ListChallengesRequest,
  ListChallengesResponse,
  SendChallengeRequest,
  SendChallengeResponse,
  VerifyChallengeRequest,
  VerifyChallengeResponse,
} from "../../../gen/grpc-js/rupt/v2/challenge_service.js";
export {
  EvaluateRequest,
  EvaluateResponse,
  Evaluation,
  EvaluationServiceClient,
  EvaluationServiceService,
  GetEvaluationRequest,
  GetEvaluationResponse,
  ListEvaluationsRequest,
  ListEvaluationsResponse,
} from "../../../gen/grpc-js/rupt/v2/evaluation_service.js";
export { Direction, Outcome, Reason, Signal, Verdict } from "../../../gen/grpc-js/rupt/v2/risk.js";
export {
  Device,
  EraseUserRequest,
  EraseUserResponse,
  ExportUserRequest,
  ExportUserResponse,
  ForgetDeviceRequest,
  ForgetDeviceResponse,
  ListDevicesRequest,
  ListDevicesResponse,
  UserServiceClient,
  UserServiceService,
} from "../../../gen/grpc-js/rupt/v2/user_service.js";
export { createGrpcClients, type GrpcClients, type GrpcOptions, type GrpcTls } from "./grpc-clients.js";
export { grpcErrorOf } from "./grpc-error.js";
