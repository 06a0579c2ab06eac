// SPDX-License-Identifier: Apache-2.0
//! Differential fuzzing: one module, two engines, and nothing that may differ.
//!
//! [`generate`] makes a case of a seed alone: a module, new or a real one with instructions exchanged, and
//! what to call with which arguments. [`compare`] runs it through both engines, each at whole and at random
//! slices, and compares results, traps, memory and globals. A finding is its seed; once it's
//! understood, its module becomes a file in `regressions/`, which every run starts with.
#![forbid(unsafe_code)]

pub mod compare;
pub mod generate;
pub mod mutate;
pub mod reference;
pub mod regression;
