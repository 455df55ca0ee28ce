//! Setup files: read into one setup with every mistake at once, written from one, and a plan in lines.

mod lines;
mod read;
mod write;

pub use read::read;
pub use write::write;

use domain::setup::Plan;

/// What changes, what follows from it, and what somebody must do first.
pub fn describe(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<_> = plan.changes.iter().map(ToString::to_string).collect();
    if lines.is_empty() {
        lines.push("no changes".into());
    }
    lines.extend(plan.effects.iter().map(|effect| format!("  {effect}")));
    lines.extend(plan.needs.iter().map(|need| format!("! {need}")));
    lines
}
