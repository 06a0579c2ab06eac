// SPDX-License-Identifier: Apache-2.0
//! Layout of a packed image.
//!
//! Little-endian throughout. A header of [`HEADER_WORDS`] words gives the number of records in every
//! section; the sections follow it without gaps in the order of [`Layout`], each a whole number of words, and
//! end where the image ends. So there is no offset that could point astray but those into the last section,
//! the bytes: every record's bytes begin where those of the one before end.

/// First word: `SPK` and the format version.
pub const MAGIC: u32 = u32::from_le_bytes([b'S', b'P', b'K', FORMAT_VERSION]);
/// Version of the format; an engine runs this one alone.
pub const FORMAT_VERSION: u8 = 2;
/// Words of the header.
pub const HEADER_WORDS: usize = 24;
/// Alignment that an image must have in memory.
pub const ALIGNMENT: usize = 4;
/// Instead of a function, where there is none.
pub const NO_FUNCTION: u32 = u32::MAX;
/// Instead of a stack need that has no bound.
pub const UNBOUNDED: u32 = u32::MAX;
/// Most functions, constants, segments, entries of a table.
pub const MAX_INDEX: u32 = 0xfffe;
/// Most slots of a frame.
pub const MAX_FRAME: u32 = 0xffff;
/// Fewest slots of a frame: a returned pair lies in it.
pub const MIN_FRAME: u32 = 2;
/// Most bytes of linear memory.
pub const MAX_MEMORY: u32 = 0xffff_0000;

/// Words of a function record: first code word; slots of its frame, and its type in the high half.
pub const FUNCTION_WORDS: usize = 2;
/// Words of a table record: size, reserved size, largest size, first entry, entries given, flags.
pub const TABLE_WORDS: usize = 6;
/// Words of an element segment record: first entry, entries.
pub const ELEMENT_WORDS: usize = 2;
/// Words of a data segment record: flags, destination, bytes offset, length.
pub const DATA_WORDS: usize = 4;
/// Words of an import record: bytes offset; module name length and name length; parameters and results;
/// slots of its arguments or result, whichever is more. Its bytes are the two names, then a type a byte.
pub const IMPORT_WORDS: usize = 4;
/// Words of an export record: bytes offset; name length, and function in the high half.
pub const EXPORT_WORDS: usize = 2;

/// Flag of a table that the program changes: a copy of it lies in RAM.
pub const TABLE_CHANGES: u32 = 1;
/// Flag of a data segment that is copied when the image is loaded.
pub const DATA_ACTIVE: u32 = 1;
/// Header flag: the module has a memory.
pub const HAS_MEMORY: u32 = 0x100;

/// The header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the whole image.
    pub image_bytes: u32,
    /// Names the build; its debug map has the same.
    pub build_id: u64,
    /// Function records: those that the module defines, then one for each import that is used as a value.
    pub functions: u32,
    /// Words of code.
    pub code_words: u32,
    /// Words of constants.
    pub constants: u32,
    /// Words of globals, with their first values.
    pub global_slots: u32,
    /// Table records.
    pub tables: u32,
    /// Element segment records.
    pub elements: u32,
    /// Table entries, 16 bits each: 0 for null, or a function plus one. Padded with a 0 to a word.
    pub entries: u32,
    /// Data segment records.
    pub data: u32,
    /// Import records.
    pub imports: u32,
    /// Export records, of functions without parameters and results.
    pub exports: u32,
    /// Bytes of names and data, a multiple of 4.
    pub blob_bytes: u32,
    /// Bytes of linear memory at the start.
    pub memory_bytes: u32,
    /// Bytes set aside for it.
    pub memory_reserve: u32,
    /// Bytes that it may ever have.
    pub memory_limit: u32,
    /// [`HAS_MEMORY`], and in the low byte the binary logarithm of the page size.
    pub memory_flags: u32,
    /// Function run before any export, or [`NO_FUNCTION`].
    pub start: u32,
    /// Bytes of stack that suffice for every export, or [`UNBOUNDED`].
    pub stack_bytes: u32,
    /// Most words executed between two looks at the fuel, calls included.
    pub longest_run: u32,
    /// Functions that the module defines.
    pub defined: u32,
}

impl Header {
    /// Reads the first words of an image; `None` if the magic or the word that must be 0 is wrong.
    #[must_use]
    pub const fn from_words(words: &[u32; HEADER_WORDS]) -> Option<Self> {
        let [
            magic,
            image_bytes,
            build_low,
            build_high,
            functions,
            code_words,
            constants,
            global_slots,
            tables,
            elements,
            entries,
            data,
            imports,
            exports,
            blob_bytes,
            memory_bytes,
            memory_reserve,
            memory_limit,
            memory_flags,
            start,
            stack_bytes,
            longest_run,
            defined,
            zero,
        ] = *words;
        if magic != MAGIC || zero != 0 {
            return None;
        }
        Some(Self {
            image_bytes,
            build_id: build_low as u64 | (build_high as u64) << 32,
            functions,
            code_words,
            constants,
            global_slots,
            tables,
            elements,
            entries,
            data,
            imports,
            exports,
            blob_bytes,
            memory_bytes,
            memory_reserve,
            memory_limit,
            memory_flags,
            start,
            stack_bytes,
            longest_run,
            defined,
        })
    }

    /// The words that an image begins with.
    #[must_use]
    pub const fn to_words(&self) -> [u32; HEADER_WORDS] {
        [
            MAGIC,
            self.image_bytes,
            self.build_id as u32,
            (self.build_id >> 32) as u32,
            self.functions,
            self.code_words,
            self.constants,
            self.global_slots,
            self.tables,
            self.elements,
            self.entries,
            self.data,
            self.imports,
            self.exports,
            self.blob_bytes,
            self.memory_bytes,
            self.memory_reserve,
            self.memory_limit,
            self.memory_flags,
            self.start,
            self.stack_bytes,
            self.longest_run,
            self.defined,
            0,
        ]
    }
}

/// Byte offsets of the sections in an image; each ends where the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Function records.
    pub functions: u32,
    /// Code words.
    pub code: u32,
    /// Constants.
    pub constants: u32,
    /// First values of the globals.
    pub globals: u32,
    /// Table records.
    pub tables: u32,
    /// Element segment records.
    pub elements: u32,
    /// Table entries.
    pub entries: u32,
    /// Data segment records.
    pub data: u32,
    /// Import records.
    pub imports: u32,
    /// Export records.
    pub exports: u32,
    /// Names and data.
    pub blob: u32,
    /// End of the image.
    pub end: u32,
}

impl Layout {
    /// Where the header's counts put the sections; `None` if no image can be that large.
    #[must_use]
    pub fn of(header: &Header) -> Option<Self> {
        let mut end = HEADER_WORDS as u32 * 4;
        let mut section = |records: u32, words: usize| {
            let start = end;
            end = end.checked_add(records.checked_mul(words as u32 * 4)?)?;
            Some(start)
        };
        let functions = section(header.functions, FUNCTION_WORDS)?;
        let code = section(header.code_words, 1)?;
        let constants = section(header.constants, 1)?;
        let globals = section(header.global_slots, 1)?;
        let tables = section(header.tables, TABLE_WORDS)?;
        let elements = section(header.elements, ELEMENT_WORDS)?;
        let entries = section(header.entries.div_ceil(2), 1)?;
        let data = section(header.data, DATA_WORDS)?;
        let imports = section(header.imports, IMPORT_WORDS)?;
        let exports = section(header.exports, EXPORT_WORDS)?;
        let blob = section(header.blob_bytes / 4, 1)?;
        Some(Self {
            functions,
            code,
            constants,
            globals,
            tables,
            elements,
            entries,
            data,
            imports,
            exports,
            blob,
            end,
        })
    }
}
