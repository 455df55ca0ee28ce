//! Notes that need reading, and what to show where there is nothing yet.

use super::badge::Tone;
use crate::icon::*;
use domain::text::sentence;
use leptos::prelude::*;
use leptos::tachys::html::attribute::custom::custom_attribute;

/// A headline and a sentence.
pub(crate) fn note(tone: Tone, headline: impl Into<String>, text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    note_with(tone, headline, (!text.is_empty()).then(|| view! { <p>{text}</p> }).into_any())
}

pub(crate) fn note_with(tone: Tone, headline: impl Into<String>, content: AnyView) -> AnyView {
    let drawing = match tone {
        Tone::Ok => LuCircleCheck,
        Tone::Warn => LuTriangleAlert,
        Tone::Bad => LuCircleX,
        Tone::Neutral | Tone::Accent | Tone::Info => LuInfo,
    };
    note_drawn(tone, drawing, headline, content)
}

pub(crate) fn note_drawn(tone: Tone, drawing: Icon, headline: impl Into<String>, content: AnyView) -> AnyView {
    view! {
        <div class=format!("note {}", tone.class())>
            {icon(drawing)}
            <div><p class="headline">{headline.into()}</p>{content}</div>
        </div>
    }
    .into_any()
}

/// A note with a code that stays the same when its words change: tests find it by that.
pub(crate) fn coded(code: &'static str, note: AnyView) -> AnyView {
    note.add_any_attr(custom_attribute("data-note", code)).into_any()
}

/// That a form did nothing, and why.
pub(crate) fn refused(why: &str) -> AnyView {
    coded("refused", note(Tone::Bad, "Nothing was changed", sentence(why)))
}

/// Says what belongs here and the one thing to do about it.
pub(crate) fn empty(
    drawing: Icon,
    headline: impl Into<String>,
    text: impl Into<String>,
    action: Option<AnyView>,
) -> AnyView {
    view! {
        <div class="empty">
            {icon(drawing)}
            <p class="headline">{headline.into()}</p>
            <p>{text.into()}</p>
            {action}
        </div>
    }
    .into_any()
}
