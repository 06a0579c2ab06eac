// SPDX-License-Identifier: Apache-2.0
//! Host functions that stand in for the firmware's: each answers every call in the same way.

use sampan_abi::{ContainerId, LogLevel, Signature, Status, ValueType};
use sampan_core::Call;
use sampan_platform::Log;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

/// Names of the containers, known once all are created.
pub(crate) type Names = Arc<OnceLock<Vec<(ContainerId, String)>>>;

/// What a function answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Bits of the result.
    Value(u64),
    /// The code that it fails with.
    Fail(i32),
    /// Nothing, ever.
    Never,
}

/// One `--provide`.
#[derive(Clone, Debug)]
pub(crate) struct Provided {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) signature: Signature,
    answer: Answer,
}

impl FromStr for Provided {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (import, function) = text.split_once("=(").ok_or("write MODULE.NAME=TYPE:ANSWER")?;
        let (module, name) = import.rsplit_once('.').ok_or("the import is MODULE.NAME")?;
        let (signature, answer) = function.split_once(':').unwrap_or((function, ""));
        let signature = Signature::parse(format!("({signature}").as_bytes())
            .map_err(|_| "the type is as in (iIfF)i: i32, i64, f32, f64 in, i32 out, at most 12 in")?;
        let answer = parse_answer(answer, signature.result())?;
        Ok(Self { module: module.to_owned(), name: name.to_owned(), signature, answer })
    }
}

fn parse_answer(text: &str, result: Option<ValueType>) -> Result<Answer, String> {
    if let Some(code) = text.strip_prefix("fail=") {
        let code = code.parse().ok().filter(|&code| code != 0 && code != Status::Pending.to_raw());
        return code.map(Answer::Fail).ok_or_else(|| "a failure's code is a number, not 0 or 1".to_owned());
    }
    match (text, result) {
        ("never", _) => Ok(Answer::Never),
        ("", _) => Ok(Answer::Value(0)),
        (_, None) => Err("a function without result has no answer but fail=CODE and never".to_owned()),
        (_, Some(result)) => parse_value(text, result)
            .map(Answer::Value)
            .ok_or_else(|| format!("{text} is no answer of this type")),
    }
}

/// Reads a number as the bits of a value; integers may be negative, unsigned, or hexadecimal after `0x`.
fn parse_value(text: &str, value_type: ValueType) -> Option<u64> {
    let integer = || match text.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    match value_type {
        ValueType::I32 => {
            let value = integer()?;
            let bits = i32::try_from(value).map(|value| value as u32).or_else(|_| u32::try_from(value));
            bits.ok().map(u64::from)
        }
        ValueType::I64 => {
            let value = integer()?;
            i64::try_from(value).map(|value| value as u64).or_else(|_| u64::try_from(value)).ok()
        }
        ValueType::F32 => text.parse::<f32>().ok().map(|value| u64::from(value.to_bits())),
        ValueType::F64 => text.parse::<f64>().ok().map(f64::to_bits),
    }
}

/// A value as a person reads it.
pub(crate) fn show_value(bits: u64, value_type: ValueType) -> String {
    match value_type {
        ValueType::I32 => (bits as u32 as i32).to_string(),
        ValueType::I64 => (bits as i64).to_string(),
        ValueType::F32 => f32::from_bits(bits as u32).to_string(),
        ValueType::F64 => f64::from_bits(bits).to_string(),
    }
}

impl Provided {
    /// The closure that answers its calls and tells the log of each.
    pub(crate) fn function<L: Log + Send + Sync + 'static>(
        &self,
        log: Arc<L>,
        names: Names,
    ) -> impl Fn(&mut Call<'_>, &mut [u64]) -> i32 + Send + 'static + use<L> {
        let provided = self.clone();
        move |call, values| {
            let known = names.get().and_then(|names| names.iter().find(|(id, _)| *id == call.container()));
            let source = known.map_or("sampan", |(_, name)| name);
            log.line(LogLevel::Debug, source, provided.describe(values).as_bytes());
            match provided.answer {
                Answer::Value(bits) => {
                    if let Some(place) = values.first_mut() {
                        *place = bits;
                    }
                    Status::Ok.to_raw()
                }
                Answer::Fail(code) => code,
                Answer::Never => {
                    call.defer();
                    Status::Pending.to_raw()
                }
            }
        }
    }

    fn describe(&self, values: &[u64]) -> String {
        let params = self.signature.params().iter().zip(values);
        let params: Vec<String> = params.map(|(&kind, &bits)| show_value(bits, kind)).collect();
        let answer = match (self.answer, self.signature.result()) {
            (Answer::Value(bits), Some(kind)) => format!(" -> {}", show_value(bits, kind)),
            (Answer::Value(_), None) => String::new(),
            (Answer::Fail(code), _) => format!(" fails with {code}"),
            (Answer::Never, _) => " is never answered".to_owned(),
        };
        format!("{}.{}({}){answer}", self.module, self.name, params.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(text: &str, values: &[u64]) -> String {
        text.parse::<Provided>().unwrap().describe(values)
    }

    #[test]
    fn functions_are_read_and_told() {
        assert_eq!(describe("env.f=()i:-42", &[0]), "env.f() -> -42");
        assert_eq!(describe("env.f=()i:0xffffffff", &[0]), "env.f() -> -1");
        assert_eq!(describe("a.b.c=(iI)I:4294967296", &[1, u64::MAX]), "a.b.c(1, -1) -> 4294967296");
        assert_eq!(describe("env.f=(fF)f:2.5", &[0x3fc0_0000, 0]), "env.f(1.5, 0) -> 2.5");
        assert_eq!(describe("env.f=()F:1e3", &[]), "env.f() -> 1000");
        assert_eq!(describe("env.f=(i)i", &[7]), "env.f(7) -> 0");
        assert_eq!(describe("env.f=(i)", &[7]), "env.f(7)");
        assert_eq!(describe("env.f=():fail=-5", &[]), "env.f() fails with -5");
        assert_eq!(describe("env.f=()i:never", &[]), "env.f() is never answered");
    }

    #[test]
    fn malformed_ones_are_refused() {
        let wrong = [
            "",
            "env.f",
            "env.f=i",
            "f=()",
            "env.f=(x)",
            "env.f=()ii",
            "env.f=(iiiiiiiiiiiii)",
            "env.f=():1",
            "env.f=()i:x",
            "env.f=()i:4294967296",
            "env.f=()i:1.5",
            "env.f=()i:fail=0",
            "env.f=()i:fail=1",
            "env.f=()i:fail=",
            "env.f=()f:x",
        ];
        for text in wrong {
            assert!(text.parse::<Provided>().is_err(), "{text}");
        }
    }
}
