import type { MessageInitShape } from "@bufbuild/protobuf";
import type { DeviceSchema, UserService } from "../../gen/es/rupt/v2/user_service_pb.js";
import type { Seen } from "../risk/history.js";
import type { Users } from "../service/users.js";
import { challengeMessage } from "./challenge.js";
import type { Handlers } from "./context.js";
import { evaluationMessage } from "./evaluation.js";
import { toTimestamp } from "./instants.js";

const deviceMessage = ({
  key,
  firstAt,
  lastAt,
  count,
}: Seen<string>): MessageInitShape<typeof DeviceSchema> => ({
  fingerprintId: key,
  firstSeenAt: toTimestamp(firstAt),
  lastSeenAt: toTimestamp(lastAt),
  seenCount: count,
});

/** UserService over the domain. */
export function userHandlers(users: Users): Handlers<typeof UserService> {
  return {
    async listDevices({ user }, { caller }) {
      const devices = await users.devices(caller.project, user);
      return { data: devices.map(deviceMessage), total: devices.length };
    },
    async forgetDevice({ user, fingerprintId }, { caller }) {
      await users.forgetDevice(caller.project, user, fingerprintId.toLowerCase());
      return { success: true };
    },
    async exportUser({ user }, { caller }) {
      const all = await users.export(caller.project, user);
      return {
        user: all.user,
        firstSeenAt: toTimestamp(all.firstSeenAt),
        ...(all.email === undefined ? {} : { email: all.email }),
        ...(all.phone === undefined ? {} : { phone: all.phone }),
        devices: all.devices.map(deviceMessage),
        evaluations: all.evaluations.map(evaluationMessage),
        challenges: all.challenges.map(challengeMessage),
      };
    },
    async eraseUser({ user }, { caller }) {
      await users.erase(caller.project, user);
      return { success: true };
    },
  };
}
