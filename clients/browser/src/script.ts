// What the script build puts on the page as the global `Rupt`.
export { getHash } from "./index.js";
