// SPDX-License-Identifier: Apache-2.0
//! A packed image, read without ever reaching outside it.

use sampan_packed_format::image::{
    DATA_WORDS, ELEMENT_WORDS, EXPORT_WORDS, FUNCTION_WORDS, HEADER_WORDS, Header, IMPORT_WORDS, Layout,
    MAGIC, TABLE_WORDS,
};

/// Reads a little-endian word; `None` outside of `bytes`.
#[inline]
pub(crate) fn word(bytes: &[u8], offset: u32) -> Option<u32> {
    let offset = offset as usize;
    let quad = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_le_bytes(quad.try_into().ok()?))
}

/// A function record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    /// First code word.
    pub(crate) start: u32,
    pub(crate) frame_slots: u32,
}

/// A table record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) size: u32,
    pub(crate) reserve: u32,
    pub(crate) limit: u32,
    pub(crate) first: u32,
    pub(crate) given: u32,
    pub(crate) flags: u32,
}

/// A data segment record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Data {
    pub(crate) flags: u32,
    pub(crate) destination: u32,
    pub(crate) offset: u32,
    pub(crate) len: u32,
}

/// An import record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Import {
    pub(crate) offset: u32,
    pub(crate) module_len: u32,
    pub(crate) name_len: u32,
    pub(crate) params: u32,
    pub(crate) results: u32,
    /// Slots of arguments or result, whichever are more.
    pub(crate) slots: u32,
}

impl Import {
    pub(crate) const fn len(&self) -> u32 {
        self.module_len + self.name_len + self.params + self.results
    }

    pub(crate) const fn types(&self) -> u32 {
        self.offset.wrapping_add(self.module_len + self.name_len)
    }
}

/// An export record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Export {
    pub(crate) offset: u32,
    pub(crate) len: u32,
    pub(crate) function: u32,
}

/// An image whose header fits it: every section lies inside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) header: Header,
    pub(crate) layout: Layout,
}

/// Reads the header of an image, and checks that the sections it tells of are all that there is.
pub(crate) fn parse(bytes: &[u8]) -> Option<(Header, Layout)> {
    let mut words = [0; HEADER_WORDS];
    for (idx, place) in words.iter_mut().enumerate() {
        *place = word(bytes, idx as u32 * 4)?;
    }
    let header = Header::from_words(&words)?;
    let layout = Layout::of(&header)?;
    let len = u32::try_from(bytes.len()).ok()?;
    let fits = layout.end == len && header.image_bytes == len && header.blob_bytes & 3 == 0;
    fits.then_some((header, layout))
}

/// Whether these bytes begin as a packed image of the version that is run here.
pub(crate) fn is_packed(bytes: &[u8]) -> bool {
    word(bytes, 0) == Some(MAGIC)
}

impl<'a> Image<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, layout) = parse(bytes)?;
        Some(Self { bytes, header, layout })
    }

    /// Word `word_idx` of record `idx` in the section at `section`.
    fn record(&self, section: u32, words: usize, idx: u32, word_idx: u32) -> Option<u32> {
        let at = idx.checked_mul(words as u32)?.checked_add(word_idx)?.checked_mul(4)?;
        word(self.bytes, section.checked_add(at)?)
    }

    pub(crate) fn function(&self, idx: u32) -> Option<Function> {
        if idx >= self.header.functions {
            return None;
        }
        let start = self.record(self.layout.functions, FUNCTION_WORDS, idx, 0)?;
        let frame = self.record(self.layout.functions, FUNCTION_WORDS, idx, 1)?;
        Some(Function { start, frame_slots: frame & 0xffff })
    }

    pub(crate) fn table(&self, idx: u32) -> Option<Table> {
        if idx >= self.header.tables {
            return None;
        }
        let field = |word_idx| self.record(self.layout.tables, TABLE_WORDS, idx, word_idx);
        Some(Table {
            size: field(0)?,
            reserve: field(1)?,
            limit: field(2)?,
            first: field(3)?,
            given: field(4)?,
            flags: field(5)?,
        })
    }

    /// First entry and number of entries of an element segment.
    pub(crate) fn element(&self, idx: u32) -> Option<(u32, u32)> {
        if idx >= self.header.elements {
            return None;
        }
        let field = |word_idx| self.record(self.layout.elements, ELEMENT_WORDS, idx, word_idx);
        Some((field(0)?, field(1)?))
    }

    /// One of the table entries.
    pub(crate) fn entry(&self, idx: u32) -> Option<u16> {
        if idx >= self.header.entries {
            return None;
        }
        let pair = self.record(self.layout.entries, 1, idx / 2, 0)?;
        Some(if idx & 1 == 0 { pair as u16 } else { (pair >> 16) as u16 })
    }

    /// What fills the last word of an odd number of table entries up.
    pub(crate) fn entry_padding(&self) -> Option<u16> {
        let pair = self.record(self.layout.entries, 1, self.header.entries / 2, 0)?;
        Some((pair >> 16) as u16)
    }

    pub(crate) fn data(&self, idx: u32) -> Option<Data> {
        if idx >= self.header.data {
            return None;
        }
        let field = |word_idx| self.record(self.layout.data, DATA_WORDS, idx, word_idx);
        Some(Data { flags: field(0)?, destination: field(1)?, offset: field(2)?, len: field(3)? })
    }

    pub(crate) fn import(&self, idx: u32) -> Option<Import> {
        if idx >= self.header.imports {
            return None;
        }
        let field = |word_idx| self.record(self.layout.imports, IMPORT_WORDS, idx, word_idx);
        let (names, counts) = (field(1)?, field(2)?);
        Some(Import {
            offset: field(0)?,
            module_len: names & 0xffff,
            name_len: names >> 16,
            params: counts & 0xffff,
            results: counts >> 16,
            slots: field(3)?,
        })
    }

    pub(crate) fn export(&self, idx: u32) -> Option<Export> {
        if idx >= self.header.exports {
            return None;
        }
        let offset = self.record(self.layout.exports, EXPORT_WORDS, idx, 0)?;
        let rest = self.record(self.layout.exports, EXPORT_WORDS, idx, 1)?;
        Some(Export { offset, len: rest & 0xffff, function: rest >> 16 })
    }

    /// Bytes of names and data.
    pub(crate) fn blob(&self, offset: u32, len: u32) -> Option<&'a [u8]> {
        let blob = self.bytes.get(self.layout.blob as usize..)?;
        let end = offset.checked_add(len)?;
        blob.get(offset as usize..end as usize)
    }

    /// The function that is exported under a name.
    pub(crate) fn find_export(&self, name: &str) -> Option<u32> {
        (0..self.header.exports).filter_map(|idx| self.export(idx)).find_map(|export| {
            let found = self.blob(export.offset, export.len)?;
            (found == name.as_bytes()).then_some(export.function)
        })
    }

    /// The function whose code has this word, by record.
    pub(crate) fn function_at(&self, code_word: u32) -> u32 {
        let (mut low, mut high) = (0, self.header.functions);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.function(middle).is_some_and(|function| function.start <= code_word) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// One word of code.
    pub(crate) fn code_word(&self, idx: u32) -> Option<u32> {
        if idx >= self.header.code_words {
            return None;
        }
        self.record(self.layout.code, 1, idx, 0)
    }

    /// One constant, if there is one with this number.
    pub(crate) fn constant(&self, idx: u32) -> Option<u32> {
        if idx >= self.header.constants {
            return None;
        }
        self.record(self.layout.constants, 1, idx, 0)
    }
}
