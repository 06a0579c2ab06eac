// SPDX-License-Identifier: Apache-2.0
//! An image as words, read as far as its header can be believed.

use sampan_packed_format::image::{FUNCTION_WORDS, HEADER_WORDS, Header, Layout};

/// Where the header's numbers stand among its words.
pub(crate) mod at {
    pub(crate) const IMAGE_BYTES: usize = 1;
    pub(crate) const CODE_WORDS: usize = 5;
    pub(crate) const START: usize = 19;
}

/// An image taken apart.
pub(crate) struct Parts {
    pub(crate) header: Header,
    /// First word of each section, in words.
    pub(crate) functions: usize,
    pub(crate) code: usize,
    pub(crate) constants: usize,
    /// First words of the sections after the constants, and the image's end.
    pub(crate) rest: [usize; 9],
}

/// The words of an image; an odd rest of bytes is left off.
pub(crate) fn words(image: &[u8]) -> Vec<u32> {
    let quads = image.chunks_exact(4);
    quads.map(|quad| quad.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))).collect()
}

/// The bytes of an image.
pub(crate) fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

impl Parts {
    /// `None` if the header isn't one, or tells of more than there is.
    pub(crate) fn of(words: &[u32]) -> Option<Self> {
        let header = Header::from_words(words.first_chunk::<HEADER_WORDS>()?)?;
        let layout = Layout::of(&header)?;
        let word = |offset: u32| offset as usize / 4;
        let rest = [
            layout.globals,
            layout.tables,
            layout.elements,
            layout.entries,
            layout.data,
            layout.imports,
            layout.exports,
            layout.blob,
            layout.end,
        ];
        (word(layout.end) <= words.len()).then(|| Self {
            header,
            functions: word(layout.functions),
            code: word(layout.code),
            constants: word(layout.constants),
            rest: rest.map(word),
        })
    }

    /// First code word, words and frame slots of a function.
    pub(crate) fn function(&self, words: &[u32], idx: usize) -> Option<(usize, usize, u32)> {
        if idx >= self.header.functions as usize {
            return None;
        }
        let record = |idx: usize| self.functions + idx * FUNCTION_WORDS;
        let start = *words.get(record(idx))? as usize;
        let is_last = idx + 1 == self.header.functions as usize;
        let end =
            if is_last { self.header.code_words as usize } else { *words.get(record(idx + 1))? as usize };
        Some((start, end.checked_sub(start)?, words.get(record(idx) + 1)? & 0xffff))
    }
}
