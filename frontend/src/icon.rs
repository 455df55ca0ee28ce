//! Icons: Lucide's drawings (licence beside this file), inlined so that they take the text's colour, and our own mark.

use leptos::prelude::*;

#[cfg_attr(not(feature = "ssr"), allow(unused_imports))]
pub(crate) use icondata::{
    Icon, LuArchive, LuArrowDown, LuArrowLeft, LuArrowRight, LuArrowUp, LuBan, LuBookOpen, LuBox, LuCheck,
    LuChevronRight, LuCircle, LuCircleAlert, LuCircleCheck, LuCircleDashed, LuCircleDot, LuCircleHelp, LuCirclePause,
    LuCircleX, LuClock, LuCloudOff, LuCog, LuContainer, LuCopy, LuDownload, LuHistory, LuHourglass, LuHouse, LuInbox,
    LuInfo, LuKeyRound, LuKeyboard, LuLayoutGrid, LuListFilter, LuLoader, LuLock, LuLogIn, LuLogOut, LuMenu,
    LuMessageSquare, LuMinus, LuMonitor, LuMoon, LuPackageCheck, LuPencil, LuPlus, LuRefreshCw, LuRotateCcw, LuRuler,
    LuScrollText, LuSearch, LuServer, LuShieldCheck, LuStar, LuSun, LuTriangleAlert, LuUndo2, LuUpload, LuUserCheck,
    LuUsers, LuX, LuZap,
};

/// A drawing beside words that say the same; readers of the page by ear do not hear it.
pub(crate) fn icon(icon: Icon) -> AnyView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 24 24"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.9"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=icon.data
        ></svg>
    }
    .into_any()
}

/// Berth's mark: a hull at its moorings.
#[cfg(feature = "ssr")]
pub(crate) fn mark() -> AnyView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <rect class="plate" width="24" height="24" rx="6.5"/>
            <path class="line" d="M5 10.2v2.3a7 7 0 0 0 14 0v-2.3M12 5v5.2"/>
            <path class="hull" d="M8.6 12.4h6.8l-1.1 3.1a1 1 0 0 1-.94.66h-2.72a1 1 0 0 1-.94-.66z"/>
        </svg>
    }
    .into_any()
}
