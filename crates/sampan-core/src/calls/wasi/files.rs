// SPDX-License-Identifier: Apache-2.0
//! Files of WASI: one directory, descriptor 3, whose files are the container's values.
//!
//! A file's name is a value's key and its content the value, so `sampan:kv` and files see one another, and share the permission
//! `kv` and its bytes. There are no directories below, so a name has no slash; a value whose key can't be a name is no file.
//! A descriptor that was opened is a handle: bounded with the others, and gone with the container's run. What it refers to is
//! the file's mark, so one whose file was deleted finds nothing.

use super::Function::{self, *};
use super::{Answer, GuestMemory, abi, is_stream, offset};
use crate::calls::{Broker, HandleKind};
use crate::desk::HandlePlace;
use sampan_abi::Status;
use sampan_platform::Platform;

/// The directory that is always open.
const ROOT: u32 = 3;
const ROOT_NAME: &[u8] = b"/";
const ROOT_INODE: u64 = 1;
/// Most bytes of a name: those of a key of `sampan:kv`.
const MAX_NAME: usize = 63;
/// Most bytes of a path, which may have `./` before the name.
const MAX_PATH: u32 = 255;
/// Most bytes of a file: those of a value of `sampan:kv`.
const MAX_FILE: u64 = 4096;
/// Most vectors of one read or write.
const MAX_VECTORS: u32 = 1024;
/// What an open file's handle keeps beside its rights.
const APPEND: u64 = 1 << 63;

/// An error number of WASI.
struct Errno(u16);

impl From<Status> for Errno {
    /// All that fails so is an access to guest memory.
    fn from(_: Status) -> Self {
        Self(abi::ERRNO_FAULT)
    }
}

/// A call's arguments.
#[derive(Clone, Copy)]
struct Args<'a>(&'a [u64]);

impl Args<'_> {
    fn long(self, idx: usize) -> u64 {
        self.0.get(idx).copied().unwrap_or(0)
    }

    fn word(self, idx: usize) -> u32 {
        self.long(idx) as u32
    }
}

/// What a path names.
enum Named<'m> {
    Root,
    File(&'m [u8]),
}

/// An open file.
#[derive(Clone, Copy)]
struct File {
    place: HandlePlace,
    mark: u8,
    /// Rights, and [`APPEND`].
    access: u64,
    position: u64,
}

/// What a descriptor is.
#[derive(Clone, Copy)]
enum Descriptor {
    Stream,
    /// The directory, by its own number or by a handle.
    Directory(Option<HandlePlace>),
    File(File),
}

/// A file's type, number and size.
struct Facts {
    file_type: u8,
    inode: u64,
    size: u64,
}

impl Facts {
    const ROOT: Self = Self { file_type: abi::FILETYPE_DIRECTORY, inode: ROOT_INODE, size: 0 };

    fn of(name: &[u8], content: &[u8]) -> Self {
        Self { file_type: abi::FILETYPE_REGULAR_FILE, inode: inode(name), size: content.len() as u64 }
    }

    fn write(&self, memory: &mut GuestMemory<'_>, out: u32) -> Result<(), Errno> {
        memory.slice(out, abi::FILESTAT_LEN as usize)?.fill(0);
        memory.write(offset(out, 8)?, &self.inode.to_le_bytes())?;
        memory.write(offset(out, 16)?, &[self.file_type])?;
        memory.write(offset(out, 24)?, &1_u64.to_le_bytes())?; // its one name
        memory.write(offset(out, 32)?, &self.size.to_le_bytes())?;
        Ok(())
    }
}

/// A number that stays the same for as long as the name does (FNV-1a).
fn inode(name: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    name.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Whether a value's key can be a file's name.
fn is_name(key: &[u8]) -> bool {
    key != b"." && key != b".." && !key.iter().any(|byte| matches!(byte, 0 | b'/'))
}

/// Reads a path, which must stay within the directory.
fn named<'m>(memory: &'m mut GuestMemory<'_>, address: u32, len: u32) -> Result<Named<'m>, Errno> {
    let path: &[u8] = memory.slice(address, len as usize)?;
    if len > MAX_PATH {
        return Err(Errno(abi::ERRNO_NAMETOOLONG));
    }
    if path.is_empty() {
        return Err(Errno(abi::ERRNO_NOENT));
    }
    if path.contains(&0) {
        return Err(Errno(abi::ERRNO_INVAL));
    }
    if core::str::from_utf8(path).is_err() {
        return Err(Errno(abi::ERRNO_ILSEQ));
    }
    if path.starts_with(b"/") || path.split(|byte| *byte == b'/').any(|part| part == b"..") {
        return Err(Errno(abi::ERRNO_NOTCAPABLE));
    }
    let mut name = path;
    while let Some(rest) = name.strip_prefix(b"./") {
        name = rest;
    }
    match name {
        b"" | b"." => Ok(Named::Root),
        _ if name.contains(&b'/') => Err(Errno(abi::ERRNO_NOENT)),
        _ if name.len() > MAX_NAME => Err(Errno(abi::ERRNO_NAMETOOLONG)),
        _ => Ok(Named::File(name)),
    }
}

/// Address and length of vector `idx`.
fn vector(memory: &mut GuestMemory<'_>, vectors: u32, idx: u32) -> Result<(u32, usize), Status> {
    let at = offset(vectors, abi::IOVEC_LEN.saturating_mul(idx))?;
    Ok((memory.read_u32(at)?, memory.read_u32(offset(at, 4)?)? as usize))
}

/// Checks that all vectors lie in memory; the sum of their lengths.
fn vectors_len(memory: &mut GuestMemory<'_>, vectors: u32, count: u32) -> Result<u64, Errno> {
    if count > MAX_VECTORS {
        return Err(Errno(abi::ERRNO_INVAL));
    }
    let mut sum = 0_u64;
    for idx in 0..count {
        let (address, len) = vector(memory, vectors, idx)?;
        memory.slice(address, len)?;
        sum = sum.saturating_add(len as u64);
    }
    Ok(sum)
}

impl<P: Platform, H> Broker<'_, P, H> {
    /// Answers a call that is about files; `None` if it's about streams or something else.
    pub(super) fn files(
        &mut self,
        function: Function,
        values: &[u64],
        memory: &mut GuestMemory<'_>,
    ) -> Option<Answer> {
        let args = Args(values);
        let result = match function {
            FdPrestatGet => prestat(args, memory),
            FdPrestatDirName => prestat_name(args, memory),
            FdFilestatGet => self.fd_filestat(args, memory),
            FdReaddir => self.read_directory(args, memory),
            FdTell => self.tell(args, memory),
            PathFilestatGet => self.path_filestat(args, memory),
            PathOpen => self.open(args, memory),
            PathUnlinkFile => self.unlink(args, memory),
            _ if is_stream(args.word(0)) => return None,
            FdClose => self.close(args),
            FdFdstatGet => self.file_fdstat(args, memory),
            FdRead => self.read_file(args, memory),
            FdSeek => self.seek(args, memory),
            FdWrite => self.write_file(args, memory),
            _ => return None,
        };
        Some(Answer::Errno(result.map_or_else(|Errno(number)| number, |()| abi::ERRNO_SUCCESS)))
    }

    fn descriptor(&mut self, fd: u32) -> Result<Descriptor, Errno> {
        if is_stream(fd) {
            return Ok(Descriptor::Stream);
        }
        if fd == ROOT {
            return Ok(Descriptor::Directory(None));
        }
        let region = self.guest.strings.region.bytes();
        let handles = &self.guest.desk.handles;
        let place = handles.find(region, HandleKind::PathOpen, fd).ok_or(Errno(abi::ERRNO_BADF))?;
        let (access, position) = handles.get(region, place);
        Ok(match handles.tag(region, place) {
            0 => Descriptor::Directory(Some(place)),
            mark => Descriptor::File(File { place, mark, access, position }),
        })
    }

    /// An open file that was opened with all of `rights`.
    fn file(&mut self, fd: u32, rights: u64) -> Result<File, Errno> {
        match self.descriptor(fd)? {
            Descriptor::File(file) if file.access & rights == rights => Ok(file),
            _ => Err(Errno(abi::ERRNO_BADF)),
        }
    }

    fn directory(&mut self, fd: u32) -> Result<(), Errno> {
        match self.descriptor(fd)? {
            Descriptor::Directory(_) => Ok(()),
            Descriptor::Stream | Descriptor::File(_) => Err(Errno(abi::ERRNO_NOTDIR)),
        }
    }

    fn open(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        self.directory(args.word(0))?;
        let (how, rights, out) = (args.word(4), args.long(5), args.word(8));
        memory.slice(out, 4)?;
        let named = named(memory, args.word(2), args.word(3))?;
        if !self.guest.desk.handles.has_room(self.guest.strings.region.bytes()) {
            return Err(Errno(abi::ERRNO_MFILE));
        }
        let (mark, access) = match named {
            Named::Root if how & (abi::OFLAGS_CREAT | abi::OFLAGS_TRUNC) != 0 => {
                return Err(Errno(abi::ERRNO_ISDIR));
            }
            Named::Root if rights & abi::RIGHTS_FD_WRITE != 0 => return Err(Errno(abi::ERRNO_ISDIR)),
            Named::Root => (0, 0),
            Named::File(name) => {
                let append = if args.word(7) & abi::FDFLAGS_APPEND != 0 { APPEND } else { 0 };
                (self.open_file(name, how)?, rights & abi::RIGHTS_FILE | append)
            }
        };
        let region = self.guest.strings.region.bytes();
        let handles = &mut self.guest.desk.handles;
        let fd = handles.open(region, HandleKind::PathOpen, access, 0).ok_or(Errno(abi::ERRNO_MFILE))?;
        if let Some(place) = handles.find(region, HandleKind::PathOpen, fd) {
            handles.set_tag(region, place, mark);
        }
        memory.write_u32(out, fd)?;
        Ok(())
    }

    /// Makes or empties the file as asked for, and answers its mark.
    fn open_file(&mut self, name: &[u8], how: u32) -> Result<u8, Errno> {
        let asked = |flags: u32| how & flags == flags;
        let region = self.guest.strings.region.bytes();
        let (values, handles) = (&mut self.guest.desk.values, &self.guest.desk.handles);
        let exists = values.get(region, name).is_some();
        if exists && asked(abi::OFLAGS_CREAT | abi::OFLAGS_EXCL) {
            return Err(Errno(abi::ERRNO_EXIST));
        }
        if !exists && !asked(abi::OFLAGS_CREAT) {
            return Err(Errno(abi::ERRNO_NOENT));
        }
        if asked(abi::OFLAGS_DIRECTORY) {
            return Err(Errno(abi::ERRNO_NOTDIR));
        }
        if (!exists || asked(abi::OFLAGS_TRUNC)) && !values.set(region, name, &[]) {
            return Err(Errno(abi::ERRNO_NOSPC));
        }
        let is_open = |region: &mut [u8], mark| handles.tagged(region, HandleKind::PathOpen, mark).is_some();
        let mark = values.mark(region, name);
        if mark != 0 && is_open(region, mark) {
            return Ok(mark);
        }
        // There are fewer handles than marks, so one of these is free.
        let mark = (1..=u8::MAX).find(|mark| !is_open(region, *mark)).ok_or(Errno(abi::ERRNO_MFILE))?;
        values.set_mark(region, name, mark);
        Ok(mark)
    }

    fn close(&mut self, args: Args<'_>) -> Result<(), Errno> {
        match self.descriptor(args.word(0))? {
            Descriptor::Directory(Some(place)) | Descriptor::File(File { place, .. }) => {
                self.guest.desk.handles.close(self.guest.strings.region.bytes(), place);
            }
            // The directory itself stays open, as streams do.
            Descriptor::Directory(None) | Descriptor::Stream => {}
        }
        Ok(())
    }

    fn read_file(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        let (vectors, count, out) = (args.word(1), args.word(2), args.word(3));
        let file = self.file(args.word(0), abi::RIGHTS_FD_READ)?;
        vectors_len(memory, vectors, count)?;
        memory.slice(out, 4)?;
        let region = self.guest.strings.region.bytes();
        let (_, content) = self.guest.desk.values.marked(region, file.mark).ok_or(Errno(abi::ERRNO_NOENT))?;
        let start = usize::try_from(file.position).unwrap_or(usize::MAX);
        let mut left: &[u8] = content.get(start..).unwrap_or(&[]);
        let mut taken = 0_usize;
        for idx in 0..count {
            let (address, len) = vector(memory, vectors, idx)?;
            let Some((part, after)) = left.split_at_checked(len.min(left.len())) else { break };
            memory.write(address, part)?;
            taken = taken.saturating_add(part.len());
            left = after;
        }
        self.move_to(file, file.position.saturating_add(taken as u64));
        self.charge(count);
        self.charge_copy(taken);
        memory.write_u32(out, taken as u32)?;
        Ok(())
    }

    /// Writes all or, where there is no room for all, nothing.
    fn write_file(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        let (vectors, count, out) = (args.word(1), args.word(2), args.word(3));
        let file = self.file(args.word(0), abi::RIGHTS_FD_WRITE)?;
        let len = vectors_len(memory, vectors, count)?;
        memory.slice(out, 4)?;
        let region = self.guest.strings.region.bytes();
        let values = &mut self.guest.desk.values;
        let (_, content) = values.marked(region, file.mark).ok_or(Errno(abi::ERRNO_NOENT))?;
        let start = if file.access & APPEND != 0 { content.len() as u64 } else { file.position };
        let end = start.saturating_add(len);
        if len != 0 && end > MAX_FILE {
            return Err(Errno(abi::ERRNO_FBIG));
        }
        if len != 0 && !values.lengthen(region, file.mark, end as usize) {
            return Err(Errno(abi::ERRNO_NOSPC));
        }
        let (_, content) = values.marked(region, file.mark).ok_or(Errno(abi::ERRNO_NOENT))?;
        let mut rest = content.get_mut(start as usize..).unwrap_or(&mut []).iter_mut();
        for idx in 0..count {
            let (address, len) = vector(memory, vectors, idx)?;
            let bytes = memory.slice(address, len)?;
            rest.by_ref().zip(bytes).for_each(|(place, byte)| *place = *byte);
        }
        self.move_to(file, end);
        self.charge(count);
        self.charge_copy(len as usize);
        memory.write_u32(out, len as u32)?;
        Ok(())
    }

    fn move_to(&mut self, file: File, position: u64) {
        let region = self.guest.strings.region.bytes();
        self.guest.desk.handles.set(region, file.place, file.access, position);
    }

    fn seek(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        let file = self.file(args.word(0), 0)?;
        memory.slice(args.word(3), 8)?;
        let from = match args.word(2) {
            abi::WHENCE_SET => 0,
            abi::WHENCE_CUR => file.position,
            abi::WHENCE_END => {
                let region = self.guest.strings.region.bytes();
                let found = self.guest.desk.values.marked(region, file.mark);
                found.ok_or(Errno(abi::ERRNO_NOENT))?.1.len() as u64
            }
            _ => return Err(Errno(abi::ERRNO_INVAL)),
        };
        let position = from.checked_add_signed(args.long(1) as i64);
        let position = position.filter(|position| *position <= i64::MAX as u64);
        let position = position.ok_or(Errno(abi::ERRNO_INVAL))?;
        self.move_to(file, position);
        memory.write(args.word(3), &position.to_le_bytes())?;
        Ok(())
    }

    fn tell(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        match self.descriptor(args.word(0))? {
            Descriptor::File(file) => Ok(memory.write(args.word(1), &file.position.to_le_bytes())?),
            Descriptor::Stream => Err(Errno(abi::ERRNO_SPIPE)),
            Descriptor::Directory(_) => Err(Errno(abi::ERRNO_BADF)),
        }
    }

    fn file_fdstat(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        let out = args.word(1);
        let (file_type, append, rights, inheriting) = match self.descriptor(args.word(0))? {
            Descriptor::File(File { access, .. }) => {
                (abi::FILETYPE_REGULAR_FILE, access & APPEND != 0, access & abi::RIGHTS_FILE, 0)
            }
            Descriptor::Directory(_) | Descriptor::Stream => {
                let inheriting = abi::RIGHTS_DIRECTORY | abi::RIGHTS_FILE;
                (abi::FILETYPE_DIRECTORY, false, abi::RIGHTS_DIRECTORY, inheriting)
            }
        };
        memory.slice(out, abi::FDSTAT_LEN as usize)?.fill(0);
        memory.write(out, &[file_type, 0, u8::from(append)])?;
        memory.write(offset(out, 8)?, &rights.to_le_bytes())?;
        memory.write(offset(out, 16)?, &inheriting.to_le_bytes())?;
        Ok(())
    }

    fn fd_filestat(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        let facts = match self.descriptor(args.word(0))? {
            Descriptor::Stream => Facts { file_type: abi::FILETYPE_CHARACTER_DEVICE, inode: 0, size: 0 },
            Descriptor::Directory(_) => Facts::ROOT,
            Descriptor::File(file) => {
                let region = self.guest.strings.region.bytes();
                let found = self.guest.desk.values.marked(region, file.mark);
                let (name, content) = found.ok_or(Errno(abi::ERRNO_NOENT))?;
                Facts::of(name, content)
            }
        };
        facts.write(memory, args.word(1))
    }

    fn path_filestat(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        self.directory(args.word(0))?;
        let facts = match named(memory, args.word(2), args.word(3))? {
            Named::Root => Facts::ROOT,
            Named::File(name) => {
                let content = self.guest.desk.values.get(self.guest.strings.region.bytes(), name);
                Facts::of(name, content.ok_or(Errno(abi::ERRNO_NOENT))?)
            }
        };
        facts.write(memory, args.word(4))
    }

    fn unlink(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        self.directory(args.word(0))?;
        let Named::File(name) = named(memory, args.word(1), args.word(2))? else {
            return Err(Errno(abi::ERRNO_ISDIR));
        };
        let deleted = self.guest.desk.values.delete(self.guest.strings.region.bytes(), name);
        if deleted { Ok(()) } else { Err(Errno(abi::ERRNO_NOENT)) }
    }

    /// Lists files from number `cookie` on; an entry that doesn't fit is cut, by which libc knows that there are more.
    fn read_directory(&mut self, args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        let (buffer, len, cookie, out) = (args.word(1), args.word(2), args.long(3), args.word(4));
        self.directory(args.word(0))?;
        memory.slice(out, 4)?;
        let mut room = memory.slice(buffer, len as usize)?.iter_mut();
        let files = self.guest.desk.values.iter(self.guest.strings.region.bytes());
        let files = (1_u64..).zip(files.filter(|(key, _)| is_name(key))).filter(|(next, _)| *next > cookie);
        for (next, (name, _)) in files {
            let mut entry = [0; abi::DIRENT_LEN];
            let (name_len, kind) = ((name.len() as u32).to_le_bytes(), [abi::FILETYPE_REGULAR_FILE]);
            let fields = next.to_le_bytes().into_iter().chain(inode(name).to_le_bytes());
            let fields = fields.chain(name_len).chain(kind);
            entry.iter_mut().zip(fields).for_each(|(place, byte)| *place = byte);
            entry.iter().chain(name).zip(room.by_ref()).for_each(|(byte, place)| *place = *byte);
        }
        let used = len.saturating_sub(room.len() as u32);
        self.charge_copy(used as usize);
        memory.write_u32(out, used)?;
        Ok(())
    }
}

fn prestat(args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
    if args.word(0) != ROOT {
        return Err(Errno(abi::ERRNO_BADF));
    }
    // The tag of a directory is 0.
    let [low, high, upper, top] = (ROOT_NAME.len() as u32).to_le_bytes();
    memory.write(args.word(1), &[0, 0, 0, 0, low, high, upper, top])?;
    Ok(())
}

fn prestat_name(args: Args<'_>, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
    if args.word(0) != ROOT {
        return Err(Errno(abi::ERRNO_BADF));
    }
    if (args.word(2) as usize) < ROOT_NAME.len() {
        return Err(Errno(abi::ERRNO_NAMETOOLONG));
    }
    memory.write(args.word(1), ROOT_NAME)?;
    Ok(())
}
