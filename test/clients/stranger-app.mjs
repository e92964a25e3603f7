// An application of somebody who has installed `@ruptjs/core` and Express, and a browser that logs in to it. Prints what came of it.
import { randomUUID } from "node:crypto";
import process from "node:process";
import Rupt from "@ruptjs/core";
import { createLoginGuard } from "@ruptjs/core/express";
import express from "express";

const baseUrl = process.env.RUPT_BASE_URL;
const sessions = [];
const guard = createLoginGuard({
  rupt: new Rupt(process.env.RUPT_SECRET, { baseUrl }),
  cookieSecret: randomUUID(),
  secureCookies: false,
  address: (request) => request.get("x-address"),
  startSession: (_request, _response, { challenged }) => void sessions.push(challenged),
});
const app = express();
app.post("/login", express.json(), (request, response, next) => {
  const { user, password, fingerprint } = request.body;
  const attempt = { user, email: `${user}@example.com`, fingerprint };
  const answered =
    password === "right"
      ? guard.login(request, response, attempt)
      : guard.wrongPassword(request, response, attempt);
  answered.catch(next);
});
app.use("/login", guard.router);
const server = app.listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));

const cookies = new Map();
async function post(path, body, address = "8.8.8.8") {
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-address": address,
      cookie: [...cookies].map((pair) => pair.join("=")).join("; "),
    },
    body: JSON.stringify(body),
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  return (await response.json()).status;
}

const user = randomUUID();
const login = { user, password: "right", fingerprint: ["laptop"] };
const answers = [await post("/login", login, "84.208.20.110")];
cookies.clear();
answers.push(await post("/login", { ...login, fingerprint: ["phone"] }), await post("/login/send", {}));
const inbox = await fetch(`${baseUrl}/inbox`, { headers: { accept: "application/json" } });
const { code } = (await inbox.json()).data.find(({ to }) => to === `${user}@example.com`);
answers.push(
  await post("/login/verify", { code: code === "000000" ? "000001" : "000000" }),
  await post("/login/verify", { code }),
  await post("/login/verify", { code }),
  await post("/login/passed", { challenge_id: "x", proof: "x" }),
  await post("/login", { ...login, password: "wrong" }),
);
console.log(JSON.stringify({ answers, sessions }));
process.exit(0);
