//! Why a plan is what it is: the rules that looked, and what each said.

use crate::icon::*;
use domain::plan::Reason;
use leptos::prelude::*;

pub(crate) fn reasons(reasons: &[Reason]) -> AnyView {
    let rows = reasons.iter().map(|reason| {
        let (class, drawing, word) = if reason.applied {
            ("hit", LuCircleDot, "A rule that counts here: ")
        } else {
            ("miss", LuMinus, "A rule that does not count here: ")
        };
        view! {
            <li class=class title=format!("rule {}", reason.rule)>
                {icon(drawing)}<span><span class="unseen">{word}</span>{reason.says.clone()}</span>
            </li>
        }
    });
    view! { <ul class="rules">{rows.collect_view()}</ul> }.into_any()
}
