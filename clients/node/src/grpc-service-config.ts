/** Calls which are safe to repeat, as `proto/rupt/v2/rupt_grpc_service_config.json` names them. */
const repeatable: readonly (readonly [service: string, methods: readonly string[]])[] = [
  ["rupt.v2.EvaluationService", ["Evaluate", "GetEvaluation", "ListEvaluations", "ReportEvaluation"]],
  ["rupt.v2.BrowserService", ["ConsumeEvaluation"]],
  ["rupt.v2.ChallengeService", ["CompleteChallenge", "DescribeChallenge", "GetChallenge", "ListChallenges"]],
  ["rupt.v2.UserService", ["ListDevices", "ForgetDevice", "ExportUser", "EraseUser"]],
  ["rupt.v2.PolicyService", ["GetPolicy", "ListPolicies", "TestPolicy"]],
  ["rupt.v2.AccessListService", ["ListListEntries"]],
];

/** gRPC's own retries, in its own words: https://grpc.io/docs/guides/retry. Deadlines are the option `timeoutMs`. */
export const grpcServiceConfig = {
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: repeatable.flatMap(([service, methods]) => methods.map((method) => ({ service, method }))),
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: "0.1s",
        maxBackoff: "1s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE", "ABORTED"],
      },
    },
  ],
} as const;
