//! Line art on a 16-point grid: kinds of principal, and the shapes of severities.

use crate::{principal::NodeKind, risk::Severity};

/// SVG path data of a kind's icon, to be stroked.
pub(super) fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Person => {
            "M5.1 5a2.9 2.9 0 1 0 5.8 0a2.9 2.9 0 1 0 -5.8 0M2.6 14C2.6 11 5 9.6 8 9.6S13.4 11 13.4 14"
        }
        NodeKind::Agent => {
            "M4.2 4.8H11.8A1.6 1.6 0 0 1 13.4 6.4V11.6A1.6 1.6 0 0 1 11.8 13.2H4.2A1.6 1.6 0 0 1 2.6 \
             11.6V6.4A1.6 1.6 0 0 1 4.2 4.8M8 4.8V2.2M5.9 8.2V9.8M10.1 8.2V9.8"
        }
        NodeKind::Client => "M2 3H14V11H2ZM5.5 13.6H10.5M8 11V13.6",
        NodeKind::Service => {
            "M8 1.8L13.6 5V11.2L8 14.4L2.4 11.2V5ZM2.6 5.1L8 8.2L13.4 5.1M8 8.2V14.2"
        }
        NodeKind::Unknown => {
            "M1.8 8a6.2 6.2 0 1 0 12.4 0a6.2 6.2 0 1 0 -12.4 0M6 6.4C6.2 5.1 7 4.5 8 4.5S9.9 5.3 9.9 6.4C9.9 \
             7.6 8 8 8 9.6M8 11.3V11.9"
        }
        NodeKind::AuthorizationServer => {
            "M8 1.6L13.4 3.8C13.4 9 12 12.4 8 14.4C4 12.4 2.6 9 2.6 3.8ZM5.6 7.8L7.4 9.6L10.6 6"
        }
        NodeKind::Audience => "M2.5 3H13.5V13H2.5ZM2.5 6.2H13.5",
        NodeKind::Key => {
            "M1.9 10.9a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0M7.4 8.6L13.5 2.5M11.2 4.8L13 6.6M9.2 \
             6.8L10.6 8.2"
        }
    }
}

/// SVG path data of a severity's shape, to be filled: octagon, triangle, diamond, circle, and a small
/// ring for notes.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "M5.2 1H10.8L15 5.2V10.8L10.8 15H5.2L1 10.8V5.2Z",
        Severity::High => "M8 1.4L15.4 14.4H0.6Z",
        Severity::Medium => "M8 0.6L15.4 8L8 15.4L0.6 8Z",
        Severity::Low => "M1.6 8a6.4 6.4 0 1 0 12.8 0a6.4 6.4 0 1 0 -12.8 0",
        Severity::Info => "M3 8a5 5 0 1 0 10 0a5 5 0 1 0 -10 0M5 8a3 3 0 1 1 6 0a3 3 0 1 1 -6 0",
    }
}
