//! What requests ask for and what comes of it, in words: one sentence of each kind.

use super::amounts::{brief, change};
use super::{url, when};
use domain::request::{Grant, Kind};
use domain::view::{AfterDeletion, ExtendContent, QuotaContent, RequestContent, RequestRow};

/// In a few words: `L · 8 CPU · 32 GiB` of what is new, `+2 CPU, −20 pods` of a quota, `until 2026-12-31`.
pub(crate) fn asks(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(QuotaContent { size: Some(size), asked, .. }) => {
            format!("{size} · {}", brief(asked))
        }
        RequestContent::NewNamespace(QuotaContent { size: None, asked, .. }) => brief(asked),
        RequestContent::Quota(content) => change(&content.base, &content.asked),
        RequestContent::Extend(content) => format!("until {}", content.asked),
        RequestContent::Delete(content) => format!("after {} days", content.grace_days),
    }
}

/// The whole of it.
pub(crate) fn whole(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(content) | RequestContent::Quota(content) => content.asked.describe(),
        RequestContent::Extend(content) => Grant::Until { until: content.asked }.describe(),
        RequestContent::Delete(content) => Grant::Deletion { grace_days: content.grace_days }.describe(),
    }
}

/// What was granted, where that is something else than what was asked.
pub(crate) fn granted_instead(row: &RequestRow) -> Option<String> {
    match &row.content {
        RequestContent::NewNamespace(QuotaContent { asked, granted, .. })
        | RequestContent::Quota(QuotaContent { asked, granted, .. }) => {
            granted.filter(|granted| granted != asked).map(|granted| brief(&granted))
        }
        RequestContent::Extend(ExtendContent { asked, granted, .. }) => {
            granted.filter(|granted| granted != asked).map(|granted| format!("until {granted}"))
        }
        RequestContent::Delete(_) => None,
    }
}

/// What its words are called.
pub(crate) fn purpose_title(kind: Kind) -> &'static str {
    match kind {
        Kind::NewNamespace => "Purpose",
        Kind::Quota | Kind::Extend | Kind::Delete => "Reason",
    }
}

/// What it came to.
pub(crate) fn completed(row: &RequestRow) -> String {
    let name = &row.name;
    match &row.content {
        RequestContent::NewNamespace(_) => format!("{name} is ready"),
        RequestContent::Quota(QuotaContent { granted: Some(granted), .. }) => {
            format!("{name} has {}", granted.describe())
        }
        RequestContent::Quota(QuotaContent { granted: None, .. }) => format!("The quota of {name} is changed"),
        RequestContent::Extend(ExtendContent { granted, asked, .. }) => {
            format!("{name} expires on {}", granted.unwrap_or(*asked))
        }
        RequestContent::Delete(content) => {
            format!("{name} was suspended, to be deleted {} days later", content.grace_days)
        }
    }
}

/// What became of a namespace since its deletion was granted.
pub(crate) fn after_deletion(row: &RequestRow, after: AfterDeletion) -> String {
    let name = &row.name;
    match after {
        AfterDeletion::Suspended { delete_at } => {
            format!("{name} is suspended, and will be deleted on {}", when::format_date(delete_at))
        }
        AfterDeletion::Restored => format!("{name} was suspended, and has been restored"),
        AfterDeletion::Removing => format!("{name} is being deleted"),
        AfterDeletion::Deleted => format!("{name} is deleted"),
    }
}

/// While it is being undone.
pub(crate) fn being_undone(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(_) => {
            "Its objects on the cluster are removed; then the name is free again.".to_owned()
        }
        RequestContent::Quota(content) => {
            format!("The quota of {} goes back to {}.", row.name, content.base.describe())
        }
        // They are done with their approval.
        RequestContent::Extend(_) | RequestContent::Delete(_) => String::new(),
    }
}

/// Once it is undone.
pub(crate) fn undone(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(_) => {
            format!("Nothing of {} is left on {}. You can submit a new request at any time.", row.name, row.cluster)
        }
        RequestContent::Quota(content) => format!("The quota of {} is {} again.", row.name, content.base.describe()),
        RequestContent::Extend(_) | RequestContent::Delete(_) => String::new(),
    }
}

/// What undoing does, said before it is done.
pub(crate) fn undoing(row: &RequestRow) -> String {
    match &row.content {
        RequestContent::NewNamespace(_) => format!(
            "Berth removes the objects of {} on {}, and the name is free again. It refuses while pods or volumes are in it. The request is then closed.",
            row.name, row.cluster
        ),
        RequestContent::Quota(_) | RequestContent::Extend(_) | RequestContent::Delete(_) => {
            format!("{} The request is then closed.", being_undone(row))
        }
    }
}

/// Where the same can be asked for again; none of what begins elsewhere.
pub(crate) fn again(row: &RequestRow) -> Option<String> {
    match &row.content {
        RequestContent::NewNamespace(_) => None,
        RequestContent::Quota(content) => {
            Some(url::quota_asking(&row.cluster, &row.name, &content.asked, &row.purpose))
        }
        RequestContent::Extend(content) => {
            Some(url::extend_asking(&row.cluster, &row.name, content.asked, &row.purpose))
        }
        RequestContent::Delete(_) => Some(url::delete_asking(&row.cluster, &row.name, &row.purpose)),
    }
}
