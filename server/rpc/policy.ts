import type { MessageInitShape } from "@bufbuild/protobuf";
import type { PolicySchema, PolicyService } from "../../gen/es/rupt/v2/policy_service_pb.js";
import { type Policies, type PolicyView, testPolicy } from "../service/policies.js";
import type { Handlers } from "./context.js";
import { toTimestamp } from "./instants.js";

const policyMessage = ({
  version,
  active,
  source,
  createdAt,
}: PolicyView): MessageInitShape<typeof PolicySchema> => ({
  version,
  active,
  source,
  ...(createdAt === undefined ? {} : { createdAt: toTimestamp(createdAt) }),
});

/** PolicyService over the domain. */
export function policyHandlers(policies: Policies): Handlers<typeof PolicyService> {
  return {
    async testPolicy({ source }) {
      const { ruleCount, cases } = testPolicy(source);
      return {
        passed: cases.every(({ passed }) => passed),
        ruleCount,
        results: cases.map(({ name, passed, message }) => ({ name, passed, message })),
      };
    },
    putPolicy: async ({ source }, { caller }) => ({
      policy: policyMessage(await policies.put(caller.project, source)),
    }),
    activatePolicy: async ({ version = 0 }, { caller }) => ({
      policy: policyMessage(await policies.activate(caller.project, version)),
    }),
    rollbackPolicy: async (_, { caller }) => ({
      policy: policyMessage(await policies.rollback(caller.project)),
    }),
    getPolicy: async ({ version = 0 }, { caller }) => ({
      policy: policyMessage(await policies.get(caller.project, version)),
    }),
    async listPolicies({ page = 1, limit = 20 }, { caller }) {
      const { data, total } = await policies.list(caller.project, { page, limit });
      return { data: data.map(policyMessage), total };
    },
  };
}
