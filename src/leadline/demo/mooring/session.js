// The learner's side of a cmi5 session: take the token, read the launch data, tell what happens.
"use strict";
const VERBS = "http://adlnet.gov/expapi/verbs/";
const CATEGORIES = "https://w3id.org/xapi/cmi5/context/categories/";
const MASTERY = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";
const DEFINED = ["initialized", "completed", "passed", "failed", "terminated"];

class Session {
  constructor(launch, token) {
    this.endpoint = launch.get("endpoint").replace(/\/$/, "");
    this.activity = launch.get("activityId");
    this.registration = launch.get("registration");
    this.actor = JSON.parse(launch.get("actor"));
    this.began = Date.now();
    this.headers = {
      Authorization: `Basic ${token}`,
      "Content-Type": "application/json",
      "X-Experience-API-Version": "1.0.3",
    };
  }

  static async open() {
    const launch = new URLSearchParams(location.search);
    const answer = await (await fetch(launch.get("fetch"), { method: "POST" })).json();
    if (!answer["auth-token"]) throw new Error(answer["error-text"]);
    const session = new Session(launch, answer["auth-token"]);
    const agent = JSON.stringify(session.actor);
    session.data = await (await session.ask("/activities/state", {
      activityId: session.activity, agent, registration: session.registration, stateId: "LMS.LaunchData",
    })).json();
    await session.ask("/agents/profile", { agent, profileId: "cmi5LearnerPreferences" }, [404]);
    await session.tell("initialized");
    return session;
  }

  get mastery() {
    return this.data.masteryScore ?? 0;
  }

  async ask(path, query, fine = [], sent = {}) {
    const address = `${this.endpoint}${path}?${new URLSearchParams(query)}`;
    const answer = await fetch(address, { headers: this.headers, ...sent });
    if (!answer.ok && !fine.includes(answer.status)) throw new Error(await answer.text());
    return answer;
  }

  // moveOn: the statement decides whether the unit is done (cmi5 9.6.2.2).
  async tell(verb, { object, result, moveOn = false } = {}) {
    const defined = DEFINED.includes(verb);
    const around = { ...this.data.contextTemplate.contextActivities };
    const categories = [...(defined ? ["cmi5"] : []), ...(moveOn ? ["moveon"] : [])];
    if (categories.length) {
      const named = categories.map((name) => ({ id: CATEGORIES + name }));
      around.category = [...(around.category ?? []), ...named];
    }
    if (object) around.parent = [...(around.parent ?? []), { id: this.activity }];
    const extensions = { ...this.data.contextTemplate.extensions };
    if (result?.score && "masteryScore" in this.data) extensions[MASTERY] = this.mastery;
    const timed = defined && verb !== "initialized" ? { duration: this.spent() } : {};
    const id = crypto.randomUUID?.() ?? uuid();
    const statement = {
      id,
      actor: this.actor,
      verb: { id: VERBS + verb, display: { en: verb } },
      object: object ?? { id: this.activity },
      context: { ...this.data.contextTemplate, registration: this.registration, contextActivities: around, extensions },
      timestamp: new Date().toISOString(),
    };
    if (result || timed.duration) statement.result = { ...timed, ...result };
    await this.ask("/statements", { statementId: id }, [], { method: "PUT", body: JSON.stringify(statement) });
  }

  async end() {
    await this.tell("terminated");
    if (this.data.returnURL) location.assign(this.data.returnURL);
    else say("You are done and may close this window.");
  }

  spent() {
    return `PT${((Date.now() - this.began) / 1000).toFixed(2)}S`;
  }
}

function uuid() {  // browsers give crypto.randomUUID to secure origins only
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function say(words) {
  document.getElementById("state").textContent = words;
}

function ready(words) {
  say(words);
  document.getElementById("done").disabled = false;
}

function onClick(id, act) {
  document.getElementById(id).addEventListener("click", (event) => {
    event.target.disabled = true;
    act().catch(failed);
  });
}

function failed(problem) {
  say(`This could not be recorded (${problem.message}). Close the window and launch the course again.`);
}

function begin(act) {
  Session.open().then(act).catch(failed);
}
