// A page to read: opened is experienced, the button completes it.
"use strict";
begin(async (session) => {
  await session.tell("experienced");
  ready("Take the time you need.");
  onClick("done", async () => {
    await session.tell("completed", { result: { completion: true }, moveOn: true });
    await session.end();
  });
});
