// SPDX-License-Identifier: Apache-2.0
//! What follows a call that a container may not make: it is counted, told once, and answered as its policy says.
//!
//! The log gets one line a container for each permission and each of the firmware's functions, so no container can
//! flood it; the counter has them all.

use super::Broker;
use super::table::Permit;
use crate::text::log;
use sampan_abi::{ExitReason, LogLevel, TrapKind};
use sampan_engine::HostReply;
use sampan_image::DeniedAction;
use sampan_platform::Platform;

impl<P: Platform, H> Broker<'_, P, H> {
    /// Reacts to a denied call of Sampan's or of WASI's; `None` if it is to answer with an error. The argument is asked
    /// for only where the log tells of it.
    pub(super) fn deny<'a>(
        &mut self,
        permit: Permit,
        module: &str,
        name: &str,
        argument: impl FnOnce() -> &'a str,
    ) -> Option<HostReply> {
        if !self.guest.desk.has_told(permit) {
            self.guest.desk.told |= 1 << permit as u32;
            let known = Permit::NAMES.iter().find(|(known, _)| *known == permit);
            self.log_denied(module, name, known.map_or("", |(_, name)| name), argument());
        }
        self.react()
    }

    /// The same for the firmware's function `idx`.
    pub(super) fn deny_function(
        &mut self,
        idx: usize,
        module: &str,
        name: &str,
        needs: &str,
    ) -> Option<HostReply> {
        if self.guest.desk.grants.first_denial(self.guest.strings.region.bytes(), idx) {
            self.log_denied(module, name, needs, "");
        }
        self.react()
    }

    /// The line in the log. Kept apart: of a thousand denied calls one comes here.
    #[cold]
    #[inline(never)]
    fn log_denied(&self, module: &str, name: &str, needs: &str, argument: &str) {
        let colon = if argument.is_empty() { "" } else { ":" };
        let text = format_args!("{module} {name} denied: needs {needs}{colon}{argument}");
        log(self.platform, LogLevel::Error, self.guest.name.as_str(), text);
    }

    const fn react(&mut self) -> Option<HostReply> {
        self.guest.stats.denied_calls = self.guest.stats.denied_calls.saturating_add(1);
        match self.guest.desk.denied {
            DeniedAction::Error => None,
            DeniedAction::Trap => Some(HostReply::Trap(TrapKind::CallDenied)),
            DeniedAction::Stop | DeniedAction::Quarantine => Some(self.end(ExitReason::Denied)),
        }
    }
}
