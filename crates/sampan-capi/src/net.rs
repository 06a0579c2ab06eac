// SPDX-License-Identifier: Apache-2.0
//! Sockets as C provides them.

use crate::check::{known_part, read_struct};
use crate::devices::{done, sampan_operation};
use crate::platform::CPlatform;
use crate::runtime::{live, sampan_runtime};
use crate::types::CStruct;
use ::sampan_platform::{Error, Net, Operation, Progress, Socket};
use core::ffi::{c_char, c_void};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use sampan_abi::{SocketKind, Status};

/// An address and a port of the internet protocols.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_net_address {
    /// The address, in the order in which it's written; the first 4 bytes for IPv4.
    pub ip: [u8; 16],
    /// Bytes of the address: 4 or 16.
    pub ip_len: u8,
    /// The port, as a number.
    pub port: u16,
}

/// Sockets. A member that is NULL is answered for with `SAMPAN_STATUS_UNSUPPORTED`.
///
/// All are called from thread context, the runtime's lock held, and must not block: where there is nothing to take, or no room, they
/// answer `SAMPAN_STATUS_BUSY`, and what `watch` asked for is told by `sampan_device_event`. `socket` is a number that
/// `open` or `accept` gave; any other is answered with `SAMPAN_STATUS_INVALID_ARGUMENT`. What can't be reached is answered with
/// `_NOT_FOUND`, what the socket's state doesn't allow with `_WRONG_STATE`, a family or kind that isn't there with
/// `_UNSUPPORTED`, sockets all in use with `_TABLE_FULL`, anything else with `_PLATFORM`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sampan_net {
    /// sizeof(struct sampan_net) as the port compiled it.
    pub size: u32,
    /// Handed back as the first argument of every function.
    pub ctx: *mut c_void,
    /// Makes a socket of a kind (`enum sampan_socket_kind`), for addresses of `ip_len` bytes.
    pub open:
        Option<unsafe extern "C" fn(ctx: *mut c_void, kind: u8, ip_len: u8, out_socket: *mut u32) -> i32>,
    /// Gives it a local address; port 0: any that is free. `_WRONG_STATE` if it's taken.
    pub bind: Option<
        unsafe extern "C" fn(ctx: *mut c_void, socket: u32, address: *const sampan_net_address) -> i32,
    >,
    /// Tells its local address.
    pub local: Option<
        unsafe extern "C" fn(ctx: *mut c_void, socket: u32, out_address: *mut sampan_net_address) -> i32,
    >,
    /// Has it take connections.
    pub listen: Option<unsafe extern "C" fn(ctx: *mut c_void, socket: u32) -> i32>,
    /// Gives the next connection to it, and who made it.
    pub accept: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            socket: u32,
            out_socket: *mut u32,
            out_address: *mut sampan_net_address,
        ) -> i32,
    >,
    /// Connects it, or says where its datagrams go: `_BUSY` while that is under way; asked again, it tells how far that has come.
    pub connect: Option<
        unsafe extern "C" fn(ctx: *mut c_void, socket: u32, address: *const sampan_net_address) -> i32,
    >,
    /// Sends as much as there is room for, or one datagram; `address` is NULL for where it's connected. Tells how many bytes.
    /// `_OUT_OF_BOUNDS` for a datagram too large.
    pub send: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            socket: u32,
            bytes: *const u8,
            len: usize,
            address: *const sampan_net_address,
            out_len: *mut u32,
        ) -> i32,
    >,
    /// Takes what has come, 0 bytes if the other side has ended the stream; or one datagram, cut to `len`. Tells how many
    /// bytes and from where.
    pub receive: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            socket: u32,
            buf: *mut u8,
            len: usize,
            out_len: *mut u32,
            out_address: *mut sampan_net_address,
        ) -> i32,
    >,
    /// Says when to call `sampan_device_event` on `rt` with SAMPAN_DEVICE_KIND_NET, `socket` and what is so: bits SAMPAN_READY_*, 0
    /// for never. Each bit is told once, at once if it is so already, and then no more until it's asked for again.
    pub watch: Option<
        unsafe extern "C" fn(ctx: *mut c_void, rt: *mut sampan_runtime, socket: u32, readiness: u32) -> i32,
    >,
    /// Ends it. Its number is free again.
    pub close: Option<unsafe extern "C" fn(ctx: *mut c_void, socket: u32) -> i32>,
    /// Looks a host's name up; `name` isn't NUL-terminated. Later, 16 bytes are put at the operation's `read_addr`, an IPv4 address
    /// mapped into IPv6, and the number that it ends with is 0.
    pub resolve: Option<
        unsafe extern "C" fn(
            ctx: *mut c_void,
            name: *const c_char,
            name_len: usize,
            operation: *const sampan_operation,
            out_address: *mut sampan_net_address,
        ) -> i32,
    >,
}

// SAFETY: repr(C), size first, numbers and nullable pointers only.
unsafe impl CStruct for sampan_net {}

/// Checks what a port says of its sockets.
///
/// # Safety
///
/// `net` is NULL or readable.
pub(crate) unsafe fn check(net: *const sampan_net) -> Result<(), Status> {
    if net.is_null() {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    unsafe { known_part(net.cast(), align_of::<sampan_net>(), size_of::<sampan_net>()) }.map(|_| ())
}

impl sampan_net_address {
    const NONE: Self = Self { ip: [0; 16], ip_len: 0, port: 0 };

    fn new(address: SocketAddr) -> Self {
        let (ip, ip_len) = match address.ip() {
            IpAddr::V4(ip) => {
                let [first, second, third, fourth] = ip.octets();
                ([first, second, third, fourth, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 4)
            }
            IpAddr::V6(ip) => (ip.octets(), 16),
        };
        Self { ip, ip_len, port: address.port() }
    }

    /// # Errors
    /// [`Error::Io`] for a length that no address has.
    fn read(&self) -> Result<SocketAddr, Error> {
        let ip = match (self.ip_len, self.ip) {
            (4, [first, second, third, fourth, ..]) => {
                IpAddr::V4(Ipv4Addr::new(first, second, third, fourth))
            }
            (16, octets) => IpAddr::V6(Ipv6Addr::from(octets)),
            _ => return Err(Error::Io),
        };
        Ok(SocketAddr::new(ip, self.port))
    }
}

impl CPlatform {
    fn sockets(&self) -> Result<sampan_net, Error> {
        if self.net.is_null() {
            return Err(Error::Unsupported);
        }
        // SAFETY: it was checked, and firmware promised that it stays.
        unsafe { read_struct(self.net) }.map_err(|_| Error::Io)
    }

    pub(crate) const fn has_net(&self) -> bool {
        !self.net.is_null()
    }
}

impl Net for CPlatform {
    fn net_open(&self, kind: SocketKind, ipv6: bool) -> Result<Socket, Error> {
        let net = self.sockets()?;
        let open = net.open.ok_or(Error::Unsupported)?;
        let mut socket = 0;
        // SAFETY: thread context, as the port asks; `socket` is writable.
        let code = unsafe { open(net.ctx, kind as u8, if ipv6 { 16 } else { 4 }, &raw mut socket) };
        done(code, Socket(socket))
    }

    fn net_bind(&self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        let net = self.sockets()?;
        let bind = net.bind.ok_or(Error::Unsupported)?;
        let address = sampan_net_address::new(address);
        // SAFETY: thread context, as the port asks; `address` is readable.
        let code = unsafe { bind(net.ctx, socket.0, &raw const address) };
        done(code, ())
    }

    fn net_local(&self, socket: Socket) -> Result<SocketAddr, Error> {
        let net = self.sockets()?;
        let local = net.local.ok_or(Error::Unsupported)?;
        let mut address = sampan_net_address::NONE;
        // SAFETY: thread context, as the port asks; `address` is writable.
        let code = unsafe { local(net.ctx, socket.0, &raw mut address) };
        done(code, ())?;
        address.read()
    }

    fn net_listen(&self, socket: Socket) -> Result<(), Error> {
        let net = self.sockets()?;
        let listen = net.listen.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, as the port asks.
        let code = unsafe { listen(net.ctx, socket.0) };
        done(code, ())
    }

    fn net_accept(&self, socket: Socket) -> Result<(Socket, SocketAddr), Error> {
        let net = self.sockets()?;
        let accept = net.accept.ok_or(Error::Unsupported)?;
        let (mut accepted, mut address) = (0, sampan_net_address::NONE);
        // SAFETY: thread context, as the port asks; both are writable.
        let code = unsafe { accept(net.ctx, socket.0, &raw mut accepted, &raw mut address) };
        done(code, ())?;
        Ok((Socket(accepted), address.read()?))
    }

    fn net_connect(&self, socket: Socket, address: SocketAddr) -> Result<(), Error> {
        let net = self.sockets()?;
        let connect = net.connect.ok_or(Error::Unsupported)?;
        let address = sampan_net_address::new(address);
        // SAFETY: thread context, as the port asks; `address` is readable.
        let code = unsafe { connect(net.ctx, socket.0, &raw const address) };
        done(code, ())
    }

    fn net_send(&self, socket: Socket, bytes: &[u8], to: Option<SocketAddr>) -> Result<usize, Error> {
        let net = self.sockets()?;
        let send = net.send.ok_or(Error::Unsupported)?;
        let to = to.map(sampan_net_address::new);
        let to = to.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
        let mut count = 0;
        // SAFETY: thread context, as the port asks; `bytes` is readable for its length, `to` NULL or readable, `count` writable.
        let code = unsafe { send(net.ctx, socket.0, bytes.as_ptr(), bytes.len(), to, &raw mut count) };
        let count = done(code, count as usize)?;
        if count > bytes.len() { Err(Error::Io) } else { Ok(count) }
    }

    fn net_receive(&self, socket: Socket, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        let net = self.sockets()?;
        let receive = net.receive.ok_or(Error::Unsupported)?;
        let (mut count, mut from) = (0, sampan_net_address::NONE);
        let (start, len) = (buffer.as_mut_ptr(), buffer.len());
        // SAFETY: thread context, as the port asks; `buffer` is writable for its length, and so are both outputs.
        let code = unsafe { receive(net.ctx, socket.0, start, len, &raw mut count, &raw mut from) };
        let count = done(code, count as usize)?;
        if count > len { Err(Error::Io) } else { Ok((count, from.read()?)) }
    }

    fn net_watch(&self, socket: Socket, readiness: u32) -> Result<(), Error> {
        let net = self.sockets()?;
        let watch = net.watch.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, as the port asks; the runtime in service outlives what is watched in it.
        let code = unsafe { watch(net.ctx, live(), socket.0, readiness) };
        done(code, ())
    }

    fn net_close(&self, socket: Socket) -> Result<(), Error> {
        let net = self.sockets()?;
        let close = net.close.ok_or(Error::Unsupported)?;
        // SAFETY: thread context, as the port asks.
        let code = unsafe { close(net.ctx, socket.0) };
        done(code, ())
    }

    fn net_resolve(&self, name: &str, operation: Operation) -> Result<Progress<IpAddr>, Error> {
        let net = self.sockets()?;
        let resolve = net.resolve.ok_or(Error::Unsupported)?;
        let operation = sampan_operation::new(operation);
        let mut address = sampan_net_address::NONE;
        let (start, len) = (name.as_ptr().cast(), name.len());
        // SAFETY: thread context, as the port asks; `name` is readable for its length, and `address` writable.
        let code = unsafe { resolve(net.ctx, start, len, &raw const operation, &raw mut address) };
        match operation.progress(code, ())? {
            Progress::Done(()) => Ok(Progress::Done(address.read()?.ip())),
            Progress::Pending => Ok(Progress::Pending),
        }
    }
}
