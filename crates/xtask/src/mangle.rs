// SPDX-License-Identifier: Apache-2.0
//! Which crate a symbol comes from, read out of its v0-mangled name.
//!
//! Code belongs to the crate whose source it is; an `impl` to the crate that has it, not to its type's or
//! trait's. Code of the standard library that was instantiated counts as the crate's whose types it was
//! instantiated for, else as the crate's that instantiated it, which follows the path: it's there on its behalf.
//!
//! The grammar is that of the rustc book, "v0 symbol format". Types are only stepped over.

/// Crates whose generic code is charged to others.
const STANDARD: [&str; 3] = ["core", "alloc", "std"];

/// How deep names may nest.
const MAX_DEPTH: u32 = 200;

/// The crate that `symbol` is charged to; `None` if it isn't a v0-mangled name.
pub(crate) fn crate_of(symbol: &str) -> Option<&str> {
    let text = symbol.strip_prefix("_R")?;
    let mut name = Name { text, at: 0, depth: 0, beneficiary: None };
    let home = name.path()?;
    if !STANDARD.contains(&home) {
        return Some(home);
    }
    if name.beneficiary.is_none() && name.peek().is_some_and(|tag| tag != b'.') {
        name.path();
    }
    Some(name.beneficiary.unwrap_or(home))
}

/// A mangled name after its `_R`, and how far it's read.
struct Name<'s> {
    text: &'s str,
    at: usize,
    depth: u32,
    /// First crate in it that isn't the standard library.
    beneficiary: Option<&'s str>,
}

impl<'s> Name<'s> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += 1;
        }
        found
    }

    /// A number in base 62, ended by `_`; without digits it's 0.
    fn base_62(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        if self.eat(b'_') {
            return Some(0);
        }
        loop {
            let digit = match self.next()? {
                b'_' => return value.checked_add(1),
                byte @ b'0'..=b'9' => byte - b'0',
                byte @ b'a'..=b'z' => byte - b'a' + 10,
                byte @ b'A'..=b'Z' => byte - b'A' + 36,
                _ => return None,
            };
            value = value.checked_mul(62)?.checked_add(usize::from(digit))?;
        }
    }

    fn optional_base_62(&mut self, tag: u8) -> Option<()> {
        if self.eat(tag) {
            self.base_62()?;
        }
        Some(())
    }

    fn identifier(&mut self) -> Option<&'s str> {
        self.optional_base_62(b's')?;
        self.undisambiguated_identifier()
    }

    fn undisambiguated_identifier(&mut self) -> Option<&'s str> {
        self.eat(b'u');
        let mut len = 0_usize;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.at += 1;
            len = len.checked_mul(10)?.checked_add(usize::from(digit - b'0'))?;
            if len == 0 {
                break;
            }
        }
        self.eat(b'_');
        let end = self.at.checked_add(len)?;
        let identifier = self.text.get(self.at..end)?;
        self.at = end;
        Some(identifier)
    }

    /// Reads with `read` at an earlier place of the name, then goes on here.
    fn back_reference<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let target = self.base_62()?;
        if target >= start {
            return None;
        }
        let here = std::mem::replace(&mut self.at, target);
        let result = read(self);
        self.at = here;
        result
    }

    /// Runs `read` one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads a path and returns the crate it starts in.
    fn path(&mut self) -> Option<&'s str> {
        self.nested(|name| match name.next()? {
            b'C' => {
                let home = name.identifier()?;
                if name.beneficiary.is_none() && !STANDARD.contains(&home) {
                    name.beneficiary = Some(home);
                }
                Some(home)
            }
            tag @ (b'M' | b'X') => {
                name.optional_base_62(b's')?;
                let home = name.path()?;
                name.type_()?;
                if tag == b'X' {
                    name.path()?;
                }
                Some(home)
            }
            b'Y' => {
                name.type_()?;
                name.path()
            }
            b'N' => {
                name.next()?;
                let home = name.path()?;
                name.identifier()?;
                Some(home)
            }
            b'I' => {
                let home = name.path()?;
                name.until_end(Self::generic_argument)?;
                Some(home)
            }
            b'B' => name.back_reference(Self::path),
            _ => None,
        })
    }

    fn until_end(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        while !self.eat(b'E') {
            item(self)?;
        }
        Some(())
    }

    fn generic_argument(&mut self) -> Option<()> {
        match self.peek()? {
            b'L' => self.optional_base_62(b'L'),
            b'K' => {
                self.at += 1;
                self.constant()
            }
            _ => self.type_(),
        }
    }

    fn type_(&mut self) -> Option<()> {
        self.nested(|name| match name.peek()? {
            b'a'..=b'z' => {
                name.at += 1;
                Some(())
            }
            b'C' | b'M' | b'X' | b'Y' | b'N' | b'I' => name.path().map(|_| ()),
            _ => match name.next()? {
                b'A' => {
                    name.type_()?;
                    name.constant()
                }
                b'S' | b'P' | b'O' => name.type_(),
                b'R' | b'Q' => {
                    name.optional_base_62(b'L')?;
                    name.type_()
                }
                b'T' => name.until_end(Self::type_),
                b'F' => name.function_signature(),
                b'D' => {
                    name.optional_base_62(b'G')?;
                    name.until_end(Self::dyn_trait)?;
                    name.optional_base_62(b'L')
                }
                b'B' => name.back_reference(Self::type_),
                _ => None,
            },
        })
    }

    fn function_signature(&mut self) -> Option<()> {
        self.optional_base_62(b'G')?;
        self.eat(b'U');
        if self.eat(b'K') && !self.eat(b'C') {
            self.undisambiguated_identifier()?;
        }
        self.until_end(Self::type_)?;
        self.type_()
    }

    fn dyn_trait(&mut self) -> Option<()> {
        self.path()?;
        while self.eat(b'p') {
            self.undisambiguated_identifier()?;
            self.type_()?;
        }
        Some(())
    }

    fn constant(&mut self) -> Option<()> {
        self.nested(|name| match name.next()? {
            b'p' => Some(()),
            b'B' => name.back_reference(Self::constant),
            b'R' | b'Q' if !name.eat(b'e') => name.constant(),
            b'A' | b'T' => name.until_end(Self::constant),
            b'V' => name.variant(),
            b'a'..=b'z' | b'R' | b'Q' => {
                name.eat(b'n');
                while name.next()? != b'_' {}
                Some(())
            }
            _ => None,
        })
    }

    /// A constant of a struct or of an enum's variant.
    fn variant(&mut self) -> Option<()> {
        let form = self.next()?;
        self.path()?;
        match form {
            b'U' => Some(()),
            b'T' => self.until_end(Self::constant),
            b'S' => self.until_end(|name| {
                name.identifier()?;
                name.constant()
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::crate_of;

    // Names that rustc 1.95 made.

    #[test]
    fn own_code_is_the_crates() {
        for (name, home) in [
            ("_RNvCsciUMGOH01m6_1b3all", "b"),
            ("_RINvCs4Q2Qx8jI5j6_1a4withKj5_NCNvCsciUMGOH01m6_1b3alls3_0EBv_", "a"),
            ("_RNvMCs4Q2Qx8jI5j6_1aINtB2_3FootE3getCsciUMGOH01m6_1b", "a"),
            (
                "_RNvXs_Cs4Q2Qx8jI5j6_1aINtB4_3FootENtNtCsgEmfK2I1SDS_4core5clone5Clone5cloneCsciUMGOH01m6_1b",
                "a",
            ),
        ] {
            assert_eq!(crate_of(name), Some(home), "{name}");
        }
    }

    #[test]
    fn library_code_is_charged_to_whom_it_serves() {
        for (name, served) in [
            "_RINvNtNtNtCsgEmfK2I1SDS_4core5slice4sort6stable14driftsort_mainmNCINvMNtCslNYArtu3iFV_5alloc5slice\
             Sm11sort_by_keymNCNvCsciUMGOH01m6_1b3alls2_0E0INtNtB18_3vec3VecmEEB1S_",
            "_RNvMs3_NtCslNYArtu3iFV_5alloc7raw_vecINtB5_6RawVecINtCs4Q2Qx8jI5j6_1a3FootEE8grow_oneCsciUMGOH01m6_1b",
            "_RNvMs4_NtCslNYArtu3iFV_5alloc7raw_vecNtB5_11RawVecInner11finish_growCsciUMGOH01m6_1b",
        ].into_iter().zip(["b", "a", "b"]) {
            assert_eq!(crate_of(name), Some(served), "{name}");
        }
        assert_eq!(crate_of("_RNvNtCsgEmfK2I1SDS_4core3fmt5write"), Some("core"));
        assert_eq!(crate_of("_RNvNtCsgEmfK2I1SDS_4core3fmt5write.llvm.123"), Some("core"));
    }

    #[test]
    fn everything_else_is_nobodys() {
        for name in
            ["sampan_runtime_init", "_R", "_RNv", "_RNvB_3foo", "_RNvC99999999999999999999_a", "memcpy"]
        {
            assert_eq!(crate_of(name), None, "{name}");
        }
    }
}
