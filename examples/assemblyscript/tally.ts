// SPDX-License-Identifier: Apache-2.0
// Counts to five, ten times a second, in AssemblyScript: each count is logged, and published on `tally/assemblyscript`.

@external("sampan:log/1", "write")
declare function write(level: u32, text: usize, len: usize): i32;
@external("sampan:msg/1", "publish")
declare function publish(topic: usize, topicLen: usize, payload: usize, len: usize): i32;
@external("sampan:timer/1", "create")
declare function create(delayUs: u64, periodUs: u64): i32;
@external("sampan:event/1", "wait")
declare function wait(timeoutUs: u64, event: usize): i32;

@unmanaged
class Event {
  kind: u32;
  source: u32;
  value: u64;
  topicLen: u32;
  payloadLen: u32;
}

const PERIOD_US: u64 = 100_000;
const INFORMATION: u32 = 3;
const DENIED: i32 = -1;
const TOPIC = String.UTF8.encode("tally/assemblyscript");

function say(line: ArrayBuffer): void {
  assert(write(INFORMATION, changetype<usize>(line), line.byteLength) >= 0);
}

function tell(count: u32): void {
  const line = String.UTF8.encode(`count ${count}`);
  say(line);
  const answer = publish(changetype<usize>(TOPIC), TOPIC.byteLength, changetype<usize>(line), line.byteLength);
  if (answer == DENIED) {
    say(String.UTF8.encode("publishing is denied")); // A container can do without what it isn't granted.
  } else {
    assert(answer >= 0);
  }
}

// What an assertion that fails calls.
function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  unreachable();
}

// Statements outside functions are the program: --exportStart makes the entry point of them.
assert(create(PERIOD_US, PERIOD_US) >= 0);
const event = new Event();
for (let count: u32 = 1; count <= 5; count++) {
  assert(wait(u64.MAX_VALUE, changetype<usize>(event)) == 1);
  tell(count);
}
