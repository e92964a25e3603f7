import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AccessListService, ListEntrySchema } from "../../gen/es/rupt/v2/access_list_service_pb.js";
import { invalidFields } from "../errors.js";
import { type AccessEntry, type ListName, listNames } from "../risk/access-list.js";
import { type ListedKind, listedKinds } from "../risk/policy/subject.js";
import type { AccessListing } from "../service/access-lists.js";
import type { Handlers } from "./context.js";
import { toInstant, toTimestamp } from "./instants.js";
import { listedKindWords, listWords } from "./words.js";

function listOf(word: string | undefined): ListName | undefined {
  return listNames.find((name) => name === word);
}

/** Unknown numbers were refused before. */
function given<T>(field: string, word: T | undefined): T {
  if (word === undefined) throw invalidFields([{ field, description: "is required" }]);
  return word;
}

function kindOf(word: string | undefined): ListedKind | undefined {
  return listedKinds.find((kind) => kind === word);
}

const entryMessage = (entry: AccessEntry): MessageInitShape<typeof ListEntrySchema> => ({
  entryId: entry.entryId,
  list: listWords.toWire(entry.list),
  kind: listedKindWords.toWire(entry.kind),
  value: entry.value,
  comment: entry.comment,
  createdAt: toTimestamp(entry.createdAt),
  ...(entry.expiresAt === undefined ? {} : { expiresAt: toTimestamp(entry.expiresAt) }),
});

/** AccessListService over the domain. */
export function accessListHandlers(lists: AccessListing): Handlers<typeof AccessListService> {
  return {
    putListEntry: async ({ list, kind, value, comment, expiresAt }, { caller }) => ({
      entry: entryMessage(
        await lists.put(caller.project, {
          list: given("list", listOf(listWords.toWord(list))),
          kind: given("kind", kindOf(listedKindWords.toWord(kind))),
          value,
          comment,
          expiresAt: expiresAt === undefined ? undefined : toInstant(expiresAt),
        }),
      ),
    }),
    async removeListEntry({ entryId }, { caller }) {
      await lists.remove(caller.project, entryId.toLowerCase());
      return { success: true };
    },
    async listListEntries({ list, page = 1, limit = 20 }, { caller }) {
      const found = await lists.page(caller.project, { page, limit, list: listOf(listWords.toWord(list)) });
      return { data: found.data.map(entryMessage), total: found.total };
    },
  };
}
