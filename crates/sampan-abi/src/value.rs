// SPDX-License-Identifier: Apache-2.0
//! Types of values that cross between a container and its host.

/// A WebAssembly number type.
///
/// Every value crosses as one `u64`: integers zero-extended, floats as their IEEE 754 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ValueType {
    /// 32-bit integer, `i` in a signature.
    I32 = 1,
    /// 64-bit integer, `I` in a signature.
    I64 = 2,
    /// 32-bit float, `f` in a signature.
    F32 = 3,
    /// 64-bit float, `F` in a signature.
    F64 = 4,
}

impl ValueType {
    /// The letter that names this type in a signature; the letters are WAMR's.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::I32 => b'i',
            Self::I64 => b'I',
            Self::F32 => b'f',
            Self::F64 => b'F',
        }
    }

    const fn from_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'i' => Self::I32,
            b'I' => Self::I64,
            b'f' => Self::F32,
            b'F' => Self::F64,
            _ => return None,
        })
    }
}

/// Why a text is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureError;

/// Type of a host function: at most [`MAX_PARAMS`](crate::limits::MAX_PARAMS) parameters and one result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    params: [ValueType; crate::limits::MAX_PARAMS],
    params_len: u8,
    result: Option<ValueType>,
}

impl Signature {
    /// Reads `(iI)f`: parameters in parentheses, then at most one result.
    ///
    /// # Errors
    /// [`SignatureError`] for any other text, or more than `MAX_PARAMS` parameters.
    pub const fn parse(text: &[u8]) -> Result<Self, SignatureError> {
        let [b'(', rest @ ..] = text else { return Err(SignatureError) };
        let mut rest = rest;
        let mut params = [ValueType::I32; crate::limits::MAX_PARAMS];
        let mut len = 0;
        loop {
            let [letter, tail @ ..] = rest else { return Err(SignatureError) };
            rest = tail;
            if *letter == b')' {
                break;
            }
            let Some(value_type) = ValueType::from_letter(*letter) else { return Err(SignatureError) };
            if len == params.len() {
                return Err(SignatureError);
            }
            params[len] = value_type;
            len += 1;
        }
        let result = match rest {
            [] => None,
            [letter] => match ValueType::from_letter(*letter) {
                None => return Err(SignatureError),
                some => some,
            },
            _ => return Err(SignatureError),
        };
        Ok(Self { params, params_len: len as u8, result })
    }

    /// Composes a signature; `None` with more than `MAX_PARAMS` parameters or more than one result.
    #[must_use]
    pub fn new(params: &[ValueType], results: &[ValueType]) -> Option<Self> {
        let mut array = [ValueType::I32; crate::limits::MAX_PARAMS];
        array.get_mut(..params.len())?.copy_from_slice(params);
        let result = match results {
            [] => None,
            [one] => Some(*one),
            _ => return None,
        };
        Some(Self { params: array, params_len: params.len() as u8, result })
    }

    /// Types of the parameters.
    #[must_use]
    pub fn params(&self) -> &[ValueType] {
        self.params.get(..usize::from(self.params_len)).unwrap_or(&[])
    }

    /// Type of the result, if there is one.
    #[must_use]
    pub const fn result(&self) -> Option<ValueType> {
        self.result
    }
}

impl core::fmt::Display for Signature {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        use core::fmt::Write;
        f.write_char('(')?;
        for value_type in self.params() {
            f.write_char(char::from(value_type.letter()))?;
        }
        f.write_char(')')?;
        self.result.map_or(Ok(()), |result| f.write_char(char::from(result.letter())))
    }
}

impl core::fmt::Debug for Signature {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::ToString;

    #[test]
    fn signatures_round_trip() {
        for text in ["()", "()i", "(iIfF)F", "(iiiiiiii)I"] {
            assert_eq!(Signature::parse(text.as_bytes()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn malformed_signatures_are_refused() {
        for text in ["", "(", ")", "i", "(x)", "(i)ii", "(i)x", "(i", "(iiiiiiiiiiiiiiiii)"] {
            assert_eq!(Signature::parse(text.as_bytes()), Err(SignatureError), "{text}");
        }
    }
}
