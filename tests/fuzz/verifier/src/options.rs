// SPDX-License-Identifier: Apache-2.0
//! How modules are packed, here and by build.rs.

use sampan_pack::Options;

/// Modules may grow: enough for that to be tried.
pub(crate) const OPTIONS: Options = Options { memory_bytes: Some(192 << 10), table_entries: 100 };
