// SPDX-License-Identifier: Apache-2.0
//! Firmware in Rust that hosts containers: the crates used directly, without C and without a heap.
//!
//! A superloop on an emulated Cortex-M4F. It moves a tank on, runs at most one slice of one container, and sleeps
//! until the next interrupt. One container keeps the tank warm; one spins for ever and one writes outside
//! of its memory, which must make no difference. After ten seconds it asks, kills, checks what became of
//! everything, and ends the emulation with what it found.
#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod board;
mod tank;

use board::Board;
use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use cortex_m_semihosting::hprintln;
use sampan_abi::{ContainerId, ExitReason, Status, TrapKind};
use sampan_core::{Config, ContainerOptions, Effective, Inbox, InboxCell, Permissions, Runtime};
use sampan_engine::Arena;
use sampan_engine_packed::PackedEngine;
use sampan_platform::Clock;
use static_cell::{ConstStaticCell, StaticCell};
use tank::HostCall;

/// Memory of the runtime and its containers.
static ARENA: ConstStaticCell<[u8; 12 * 1024]> = ConstStaticCell::new([0; 12 * 1024]);
static ANSWERS: StaticCell<[InboxCell; CONTAINERS]> = StaticCell::new();
static INBOX: StaticCell<Inbox> = StaticCell::new();
static RUNTIME: StaticCell<Runtime<Board, PackedEngine, HostCall>> = StaticCell::new();

/// Containers at a time; a power of two, for the inbox.
const CONTAINERS: usize = 4;
const STEP_US: u64 = 100_000;
const END_US: u64 = 10_000_000;
/// What a container has to end by itself once it's asked to.
const STOP_US: u64 = 500_000;

/// Images are read in words, where they lie.
#[repr(align(4))]
struct Aligned<B: ?Sized>(B);

static THERMOSTAT: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/thermostat.spk")));
static SPINNER: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/spinner.spk")));
static INTRUDER: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/intruder.spk")));

type Firmware = Runtime<Board, PackedEngine, HostCall>;

#[entry]
fn main() -> ! {
    match run() {
        Ok(true) => debug::exit(EXIT_SUCCESS),
        Ok(false) => debug::exit(EXIT_FAILURE),
        Err(status) => {
            hprintln!("failed: {}", status.text());
            debug::exit(EXIT_FAILURE);
        }
    }
    loop {
        cortex_m::asm::wfi();
    }
}

/// The firmware's life; whether everything came as it should.
fn run() -> Result<bool, Status> {
    let peripherals = cortex_m::Peripherals::take().ok_or(Status::Platform)?;
    let inbox = INBOX.init(Inbox::new(ANSWERS.init(core::array::from_fn(InboxCell::new)), &[])?);
    let config = Config { max_containers: CONTAINERS, max_host_functions: 2, ..Config::default() };
    let arena = Arena::new(ARENA.take());
    let runtime =
        RUNTIME.init(Runtime::new(Board::new(peripherals.SYST), PackedEngine::new(), arena, inbox, &config)?);
    for function in tank::functions().into_iter().flatten() {
        runtime.register(function)?;
    }
    let thermostat = start(runtime, b"thermostat", &THERMOSTAT.0)?;
    let spinner = start(runtime, b"spinner", &SPINNER.0)?;
    let intruder = start(runtime, b"intruder", &INTRUDER.0)?;

    let mut steady = true;
    superloop(runtime, END_US, |now_us| {
        steady &= now_us < END_US / 2 || (490..530).contains(&tank::temperature())
    });
    runtime.kill(spinner)?;
    runtime.stop(thermostat, END_US + STOP_US)?;
    superloop(runtime, END_US + STOP_US, |_| {});

    let stats = runtime.stats();
    hprintln!("temperature={} steady={} heating={}", tank::temperature(), steady, tank::is_heating());
    hprintln!("arena_used={} arena_peak={}", stats.arena_used, stats.arena_peak);
    let mut expected = steady && !tank::is_heating();
    for (id, reason) in [
        (thermostat, ExitReason::Stopped(0)),
        (spinner, ExitReason::Killed),
        (intruder, ExitReason::Trapped(TrapKind::MemoryOutOfBounds)),
    ] {
        let status = runtime.status(id)?;
        let exit = status.exit.ok_or(Status::WrongState)?;
        hprintln!("container name={} exit=\"{}\"", status.name.as_str(), exit);
        expected &= exit == reason;
        runtime.remove(id)?;
    }
    hprintln!("arena_left={}", runtime.stats().arena_used);
    Ok(expected)
}

fn start(runtime: &mut Firmware, name: &'static [u8], image: &'static [u8]) -> Result<ContainerId, Status> {
    // They print and sleep; whatever isn't listed is denied.
    let granted = Permissions::of_texts(&["clock", "log"]).map_err(|_| Status::InvalidArgument)?;
    let permissions = Effective::granted(granted);
    let options = ContainerOptions { name, stack_bytes: 512, permissions, ..ContainerOptions::default() };
    let id = runtime.create(image, &options)?;
    runtime.start(id)?;
    Ok(id)
}

/// Runs the firmware until `end_us`; `after_step` sees the time after each step of the tank.
fn superloop(runtime: &mut Firmware, end_us: u64, mut after_step: impl FnMut(u64)) {
    let mut step_at_us = runtime.platform().now_us();
    while step_at_us < end_us {
        let now_us = runtime.platform().now_us();
        if now_us >= step_at_us {
            tank::step();
            after_step(now_us);
            step_at_us += STEP_US;
        }
        // SysTick wakes it each millisecond, so the deadline is never missed by more.
        if runtime.poll() > now_us {
            cortex_m::asm::wfi();
        }
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    hprintln!("{}", info);
    debug::exit(EXIT_FAILURE);
    loop {
        cortex_m::asm::wfi();
    }
}
