// SPDX-License-Identifier: Apache-2.0
//! Counts to five, ten times a second, in Zig: each count is logged, and published on `tally/zig`.

const std = @import("std");

const Event = extern struct { kind: u32, source: u32, value: u64, topic_len: u32, payload_len: u32 };

extern "sampan:log/1" fn write(level: u32, text: [*]const u8, len: usize) i32;
extern "sampan:msg/1" fn publish(topic: [*]const u8, topic_len: usize, payload: [*]const u8, len: usize) i32;
extern "sampan:timer/1" fn create(delay_us: u64, period_us: u64) i32;
extern "sampan:event/1" fn wait(timeout_us: u64, event: *Event) i32;

const period_us = 100_000;
const information = 3;
const denied = -1;
const topic = "tally/zig";

export fn _start() void {
    if (create(period_us, period_us) < 0) @trap();
    var count: u32 = 0;
    while (count < 5) {
        var event: Event = undefined;
        if (wait(std.math.maxInt(u64), &event) != 1) @trap();
        count += 1;
        tell(count);
    }
}

fn say(text: []const u8) void {
    if (write(information, text.ptr, text.len) < 0) @trap();
}

fn tell(count: u32) void {
    var buffer: [32]u8 = undefined;
    const line = std.fmt.bufPrint(&buffer, "count {d}", .{count}) catch unreachable;
    say(line);
    const answer = publish(topic, topic.len, line.ptr, line.len);
    if (answer == denied) {
        say("publishing is denied"); // A container can do without what it isn't granted.
    } else if (answer < 0) @trap();
}
