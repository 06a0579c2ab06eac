// SPDX-License-Identifier: Apache-2.0
//! What create refuses, that it then changes nothing and says why, and what it accepts.

use super::script::{MAGIC, Op, Script};
use super::world::{ARENA_LEN, LARGE_ARENA_LEN, World, keep, permitted};
use crate::{Config, ContainerOptions};
use sampan_abi::{ExitReason, LogLevel, Status, limits};
use std::string::String;
use std::vec;
use std::vec::Vec;

fn options() -> ContainerOptions<'static> {
    permitted()
}

fn named(name: &[u8]) -> ContainerOptions<'_> {
    ContainerOptions { name, ..permitted() }
}

/// Creates what must be refused with `status`; returns the log, which ends with the refusal.
fn refused(
    world: &mut World,
    image: &'static [u8],
    options: &ContainerOptions<'_>,
    status: Status,
) -> Vec<String> {
    world.board.take_lines();
    let (stats, ids): (_, Vec<_>) = (world.stats(), world.runtime.ids().collect());
    assert_eq!(world.runtime.create(image, options), Err(status));
    let after = world.stats();
    assert_eq!((after.arena_used, after.containers), (stats.arena_used, stats.containers));
    assert_eq!(world.runtime.ids().collect::<Vec<_>>(), ids);
    assert_eq!(world.runtime.engine().instances(), ids.len());
    let lines = world.board.take_lines();
    assert!(lines.iter().all(|(level, _, _)| *level == LogLevel::Error), "{lines:?}");
    let mut texts: Vec<_> = lines.into_iter().map(|(_, _, text)| text).collect();
    assert_eq!(texts.pop(), Some(std::format!("not created: {}", status.text())));
    texts
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn an_image_that_is_none_is_refused() {
    let mut world = World::new();
    let image = Script::new().op(Op::Work(1)).bytes();
    for len in 0..image.len() {
        let truncated = keep(image[..len].to_vec());
        let told: &[&str] = if len < MAGIC.len() { &[] } else { &["no script"] };
        assert_eq!(refused(&mut world, truncated, &options(), Status::BadImage), told);
    }
    let longer = keep([&image[..], b"x"].concat());
    refused(&mut world, longer, &options(), Status::BadImage);
    refused(&mut world, b"\0asm\x01\0\0\0", &options(), Status::BadImage);
}

#[test]
fn what_the_engine_refuses_is_told_with_its_detail() {
    let mut world = World::new();
    let image = Script::new().image();
    for status in [Status::BadImage, Status::Unsupported, Status::NoMemory, Status::Internal] {
        world.runtime.engine().fail_load.set(Some((status, "function 7 at 0x12: v128")));
        assert_eq!(refused(&mut world, image, &options(), status), ["function 7 at 0x12: v128"]);
    }
    world.create(&Script::new());
}

#[test]
fn an_import_that_cannot_be_bound_is_named() {
    let mut world = World::new();
    world.offer("led", "(i)i", |_, _| 0);
    for (module, name, signature, status, line) in [
        ("env", "lod", "(i)i", Status::UnknownImport, "import env.lod: nothing provides it"),
        ("", "", "()", Status::UnknownImport, "import .: nothing provides it"),
        (
            "env",
            "led",
            "(I)i",
            Status::ImportType,
            "import env.led: its type is (i)i, not what the module says",
        ),
        (
            "env",
            "led",
            "(i)",
            Status::ImportType,
            "import env.led: its type is (i)i, not what the module says",
        ),
        (
            "sampan:lifecycle",
            "stop",
            "()i",
            Status::UnknownImport,
            "import sampan:lifecycle.stop: nothing provides it",
        ),
        ("sampan:gpio", "led", "(i)i", Status::UnknownImport, "import sampan:gpio.led: nothing provides it"),
        (
            "wasi_snapshot_preview1",
            "fd_wrte",
            "(iiii)i",
            Status::UnknownImport,
            "import wasi_snapshot_preview1.fd_wrte: nothing provides it",
        ),
        (
            "wasi_snapshot_preview1",
            "proc_exit",
            "(i)i",
            Status::ImportType,
            "import wasi_snapshot_preview1.proc_exit: its type is (i), not what the module says",
        ),
    ] {
        let image = Script::new().import("env", "led", "(i)i").import(module, name, signature).image();
        assert_eq!(refused(&mut world, image, &options(), status), [line]);
    }
}

#[test]
fn a_hostile_import_name_cannot_forge_a_log_line() {
    let mut world = World::new();
    let image = Script::new().import("env", "a\nsampan: all is well\r\x1b[2J\u{85}", "()").image();
    let lines = refused(&mut world, image, &options(), Status::UnknownImport);
    assert!(lines[0].chars().all(|letter| !letter.is_control()), "{lines:?}");
    let long = Script::new().import("env", &"é".repeat(500), "()").image();
    let lines = refused(&mut world, long, &options(), Status::UnknownImport);
    assert!(lines.len() == 1 && lines[0].starts_with("import env."), "{lines:?}");
}

#[test]
fn a_module_without_entry_is_refused() {
    let mut world = World::new();
    refused(&mut world, Script::without_entry().image(), &options(), Status::NoEntry);
    let other = Script::without_entry().function("_initialize").function("main").image();
    refused(&mut world, other, &options(), Status::NoEntry);
}

#[test]
fn memory_that_cannot_be_had_is_refused_before_anything_changes() {
    let mut world = World::new();
    let need = Script::new().need();
    let limited = |memory_limit| ContainerOptions { memory_limit, ..options() };
    let image = Script::new().image();
    let line = std::format!("needs {need} bytes, its limit is {}", need - 1);
    assert_eq!(refused(&mut world, image, &limited(need - 1), Status::NoMemory), [line]);
    assert_eq!(refused(&mut world, image, &limited(1), Status::NoMemory).len(), 1);
    for too_much in [ARENA_LEN as u32, 1 << 24, 1 << 25, u32::MAX / 2, u32::MAX - 15, u32::MAX] {
        let lines = refused(&mut world, image, &limited(too_much), Status::NoMemory);
        assert!(lines.len() == 1 && lines[0].starts_with("the arena has no block of"), "{lines:?}");
    }
    let mut huge = Script::new().memory(u32::MAX);
    refused(&mut world, huge.image(), &options(), Status::NoMemory);
    huge.need_is_exact = false;
    assert_eq!(
        refused(&mut world, huge.image(), &limited(100), Status::NoMemory),
        ["the region is too small"]
    );
    let exactly = world.create_with(&Script::new(), &limited(need)).unwrap();
    assert_eq!(world.runtime.container_stats(exactly).unwrap().memory.region, need);
    let more = world.create_with(&Script::new(), &limited(10_000)).unwrap();
    assert_eq!(world.runtime.container_stats(more).unwrap().memory.region, 10_000);
}

#[test]
fn options_out_of_range_are_refused() {
    let mut world = World::new();
    let image = Script::new().image();
    let many: Vec<&[u8]> = vec![b"a"; limits::MAX_ARGS + 1];
    let long = vec![b'a'; limits::MAX_ARGS_BYTES];
    let share = "its share is too large";
    let priority = "there is no such priority";
    let count = "too many arguments or environment variables";
    let len = "arguments and environment are too long";
    let nul = "an argument or environment variable has a NUL inside";
    for (bad, line) in [
        (ContainerOptions { share: limits::MAX_SHARE + 1, ..options() }, share),
        (ContainerOptions { share: u16::MAX, ..options() }, share),
        (ContainerOptions { priority: limits::MAX_PRIORITY + 1, ..options() }, priority),
        (ContainerOptions { priority: u8::MAX, ..options() }, priority),
        (ContainerOptions { args: &many, ..options() }, count),
        (ContainerOptions { env: &many, ..options() }, count),
        (ContainerOptions { args: &[b"a\0b"], ..options() }, nul),
        (ContainerOptions { env: &[b"A=1", b"\0"], ..options() }, nul),
        (ContainerOptions { args: &[&long], ..options() }, len),
        (ContainerOptions { env: &[&long], ..options() }, len),
        (ContainerOptions { args: &[&long[..2048]], env: &[&long[..2047]], ..options() }, len),
    ] {
        assert_eq!(refused(&mut world, image, &bad, Status::InvalidArgument), [line]);
    }
    let too_long = [b'x'; limits::MAX_NAME + 1];
    for bad in [
        &b"with space"[..],
        b"sampan",
        b"new\nline",
        b"nul\0",
        "\u{e9}t\u{e9}".as_bytes(),
        &too_long,
        &[b'x'; 300],
    ] {
        refused(&mut world, image, &named(bad), Status::InvalidArgument);
    }
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn options_at_their_bounds_are_accepted() {
    let mut world = World::new();
    let script = Script::new();
    let many: Vec<&[u8]> = vec![b"a"; limits::MAX_ARGS];
    let long = vec![b'a'; limits::MAX_ARGS_BYTES];
    for good in [
        ContainerOptions { share: limits::MAX_SHARE, priority: limits::MAX_PRIORITY, ..options() },
        ContainerOptions { share: 1, stack_bytes: u32::MAX, ..options() },
        ContainerOptions { args: &many, env: &many, ..options() },
        ContainerOptions { args: &[&long[1..]], ..options() },
        ContainerOptions { args: &[&long[..2047]], env: &[&long[..2047]], ..options() },
        ContainerOptions { args: &[b"", b""], env: &[b""], ..options() },
        named(&[b'x'; limits::MAX_NAME]),
        named(b"-"),
    ] {
        let id = world.create_with(&script, &good).unwrap();
        let stack_bytes = if good.stack_bytes == 0 { 4096 } else { good.stack_bytes };
        assert_eq!(world.runtime.engine().limits.get().unwrap().stack_bytes, stack_bytes);
        world.runtime.start(id).unwrap();
        assert_eq!(world.run_to_end(id), ExitReason::Exited(0));
        world.runtime.remove(id).unwrap();
        assert_eq!(world.used(), 0);
    }
}

#[test]
fn names_are_unique_and_default_to_the_slot() {
    let config = Config { max_containers: 12, ..Config::default() };
    let mut world = World::with(LARGE_ARENA_LEN, &config).unwrap();
    let image = Script::new().image();
    for slot in 0..12 {
        let id = world.create(&Script::new());
        assert_eq!(world.runtime.status(id).unwrap().name.as_str(), std::format!("c{slot}"));
    }
    let last = world.runtime.find(b"c11").unwrap();
    world.runtime.remove(last).unwrap();
    refused(&mut world, image, &named(b"c3"), Status::Duplicate);
    world.runtime.create(image, &named(b"c11")).unwrap();
    // A default name can be taken as any other.
    let third = world.runtime.find(b"c3").unwrap();
    world.runtime.remove(third).unwrap();
    let first = world.runtime.find(b"c0").unwrap();
    world.runtime.remove(first).unwrap();
    let impostor = world.runtime.create(image, &named(b"c3")).unwrap();
    assert_eq!(impostor.slot(), 0);
    refused(&mut world, image, &options(), Status::Duplicate);
}

#[test]
fn a_full_table_is_refused_until_a_slot_is_free() {
    let config = Config { max_containers: 2, ..Config::default() };
    let mut world = World::with(ARENA_LEN, &config).unwrap();
    let first = world.create(&Script::new());
    world.create(&Script::new());
    refused(&mut world, Script::new().image(), &options(), Status::NoSlot);
    world.runtime.remove(first).unwrap();
    world.create(&Script::new());
}

#[test]
#[cfg_attr(miri, ignore = "long, and all unsafe code below it is run by other tests")]
fn a_configuration_out_of_range_or_an_arena_too_small_makes_no_runtime() {
    let good = Config::default();
    for bad in [
        Config { max_containers: 0, ..good },
        Config { max_containers: limits::MAX_CONTAINERS + 1, ..good },
        Config { max_containers: usize::MAX, ..good },
        Config { max_host_functions: limits::MAX_HOST_FUNCTIONS + 1, ..good },
        Config { max_host_functions: usize::MAX, ..good },
        Config { slice_fuel: 0, ..good },
        Config { slice_fuel: limits::MIN_SLICE_FUEL - 1, ..good },
        Config { slice_fuel: limits::MAX_SLICE_FUEL + 1, ..good },
    ] {
        assert_eq!(World::with(ARENA_LEN, &bad).err(), Some(Status::InvalidArgument), "{bad:?}");
    }
    for arena_len in [0, 16, 100, 1000] {
        assert_eq!(World::with(arena_len, &good).err(), Some(Status::NoMemory), "{arena_len}");
    }
    let largest = Config {
        max_containers: limits::MAX_CONTAINERS,
        max_host_functions: limits::MAX_HOST_FUNCTIONS,
        max_subscribers: limits::MAX_SUBSCRIBERS,
        slice_fuel: limits::MAX_SLICE_FUEL,
        first_generation: 0x00ff_ffff,
        signed_only: false,
    };
    let mut world = World::with(LARGE_ARENA_LEN, &largest).unwrap();
    for _ in 0..limits::MAX_CONTAINERS {
        world.create(&Script::new().memory(16));
    }
    refused(&mut world, Script::new().image(), &options(), Status::NoSlot);
    assert!(World::with(ARENA_LEN, &Config { max_containers: 1, max_host_functions: 0, ..good }).is_ok());
}

#[test]
fn our_own_data_for_a_container_is_small() {
    // The fake engine's instance has a heap of its own, so it doesn't count.
    let instance = size_of::<super::engine::ScriptInstance>();
    let overhead = World::new().stats().container_overhead - instance;
    assert!(overhead <= 512, "{overhead} bytes with pointers of {} bits", usize::BITS);
}
