// SPDX-License-Identifier: Apache-2.0
//! Sending and taking: what lies in a call's vectors, all of which are checked before the platform is asked for anything.

use super::address::{ADDRESS_LEN, write_address};
use super::attempt::{Failure, Open, destination, permitted};
use super::{Args, Call, GuestMemory, abi, offset};
use crate::calls::Permit;
use crate::calls::net::{DATAGRAM, STREAM};
use crate::container::Guest;
use sampan_abi::{READY_READ, READY_WRITE};
use sampan_platform::Platform;

/// Most bytes that one call sends or takes, as of `sampan:net`.
const MAX_BYTES: usize = 4096;
/// Most vectors of one call.
const MAX_VECTORS: u32 = 1024;

/// What is sent or taken: its vectors, and where a call has its other arguments.
pub(super) struct Transfer {
    vectors: u32,
    count: u32,
    flags: u32,
    address: Option<u32>,
    out_len: u32,
    out_flags: Option<u32>,
}

impl Transfer {
    pub(super) fn of(call: Call, [_, vectors, count, third, fourth, fifth]: Args) -> Self {
        let (flags, address, out_len, out_flags) = match call {
            Call::Receive => (third, None, fourth, Some(fifth)),
            Call::Send => (third, None, fourth, None),
            Call::ReceiveFrom | Call::SendTo => (third, Some(fourth), fifth, None),
            _ => (0, None, third, None),
        };
        Self { vectors, count, flags, address, out_len, out_flags }
    }

    /// Checks all vectors and all that is written to; address and length of the vector that is taken, the first that
    /// isn't empty.
    ///
    /// A datagram has to be in one: there is no room to put it together.
    fn check(&self, memory: &mut GuestMemory<'_>, open: &Open) -> Result<(u32, usize), Failure> {
        if self.count > MAX_VECTORS {
            return Err(Failure::Errno(abi::ERRNO_INVAL));
        }
        let (mut found, mut full) = ((0, 0), 0_u32);
        for idx in 0..self.count {
            let at = offset(self.vectors, abi::IOVEC_LEN.saturating_mul(idx))?;
            let (address, len) = (memory.read_u32(at)?, memory.read_u32(offset(at, 4)?)? as usize);
            memory.slice(address, len)?;
            if len != 0 {
                full = full.saturating_add(1);
                found = if full == 1 { (address, len) } else { found };
            }
        }
        memory.slice(self.out_len, 4)?;
        if let Some(out_flags) = self.out_flags {
            memory.slice(out_flags, 2)?;
        }
        if self.flags != 0 || full > 1 && open.role == DATAGRAM {
            return Err(Failure::Errno(abi::ERRNO_NOTSUP));
        }
        Ok(found)
    }
}

/// Whether bytes can go through a socket.
fn connected(open: &Open) -> Result<(), Failure> {
    if matches!(open.role, STREAM | DATAGRAM) { Ok(()) } else { Err(Failure::Errno(abi::ERRNO_NOTCONN)) }
}

pub(super) fn send<P: Platform>(
    platform: &P,
    guest: &mut Guest,
    memory: &mut GuestMemory<'_>,
    open: &Open,
    transfer: &Transfer,
) -> Result<usize, Failure> {
    let (address, len) = transfer.check(memory, open)?;
    let to = transfer.address.map(|address| destination(memory, address)).transpose()?;
    if let Some(to) = to {
        permitted(guest, Permit::NetUdp, to)?;
        if open.role != DATAGRAM {
            return Err(Failure::Errno(abi::ERRNO_NOTSUP));
        }
    }
    connected(open)?;
    if len > MAX_BYTES && open.role == DATAGRAM {
        return Err(Failure::Errno(abi::ERRNO_MSGSIZE));
    }
    let bytes = memory.slice(address, len.min(MAX_BYTES))?;
    let sent = if bytes.is_empty() && open.role == STREAM {
        Ok(0)
    } else {
        platform.net_send(open.socket, bytes, to)
    };
    let sent =
        sent.map_err(|error| open.failure(error, READY_WRITE, abi::ERRNO_HOSTUNREACH, abi::ERRNO_NOTCONN))?;
    memory.write_u32(transfer.out_len, sent as u32)?;
    Ok(sent)
}

pub(super) fn receive<P: Platform>(
    platform: &P,
    memory: &mut GuestMemory<'_>,
    open: &Open,
    transfer: &Transfer,
) -> Result<usize, Failure> {
    let (address, len) = transfer.check(memory, open)?;
    if let Some(address) = transfer.address {
        memory.slice(address, ADDRESS_LEN)?;
    }
    connected(open)?;
    let received = platform.net_receive(open.socket, memory.slice(address, len.min(MAX_BYTES))?);
    let (taken, from) =
        received.map_err(|error| open.failure(error, READY_READ, abi::ERRNO_IO, abi::ERRNO_NOTCONN))?;
    if let Some(address) = transfer.address {
        write_address(memory, address, from)?;
    }
    if let Some(out_flags) = transfer.out_flags {
        memory.write(out_flags, &[0; 2])?;
    }
    memory.write_u32(transfer.out_len, taken as u32)?;
    Ok(taken)
}
