//! What publishing a draft would change: in what the class says, and in the objects of a namespace.

use crate::app::clusters::disagreements;
use crate::app::{Ctx, Error, Result};
use crate::cluster::manifests::{self, Site};
use crate::cluster::to_yaml;
use crate::store;
use domain::Action;
use domain::actor::TeamRole;
use domain::class::{Class, ClassSpec};
use domain::id::{ClassId, ClusterId, NamespaceId, TeamId};
use domain::name::{ClassName, RequestNumber};
use domain::namespace::{ClusterRef, Namespace, TeamRef};
use domain::quota::Quota;
use domain::view::{ClassPreview, DiffKind, DiffLine};
use similar::{ChangeTag, TextDiff};
use uuid::Uuid;

/// Lines around a change that are shown with it.
const AROUND: usize = 3;

pub async fn preview(ctx: &Ctx, name: &ClassName) -> Result<ClassPreview> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let draft = store::class_drafts::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let latest = store::classes::find_latest(&mut *conn, name).await?;
    let version = latest.as_ref().map_or(1, |class| class.version + 1);
    let drafted = Class { id: ClassId(Uuid::nil()), name: name.clone(), version, spec: draft.spec };
    let yaml = sample_yaml(ctx, &drafted)?;
    Ok(ClassPreview {
        name: name.clone(),
        draft: draft.mark,
        latest: latest.as_ref().map(|class| class.version),
        problems: drafted.spec.check().err().unwrap_or_default().0,
        changes: latest.as_ref().map(|class| drafted.spec.changes_since(&class.spec)).unwrap_or_default(),
        diff: match &latest {
            Some(class) => diff(&sample_yaml(ctx, class)?, &yaml),
            None => Vec::new(),
        },
        yaml,
        disagreements: disagreements(&mut conn, ctx, &drafted).await?,
    })
}

/// The objects of a namespace of this class, as the manifests' own functions make them.
pub(super) fn sample_yaml(ctx: &Ctx, class: &Class) -> Result<String> {
    let public_url = ctx.berth.config.http.public_url.to_string();
    let site = Site { groups_prefix: String::new(), users_prefix: String::new(), public_url };
    let objects: Vec<_> = manifests::objects(&sample(class)?, &site).into_iter().map(|(_, object)| object).collect();
    Ok(to_yaml(&objects))
}

/// Lines that are different, with a few around them.
pub(super) fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        if !lines.is_empty() {
            lines.push(DiffLine { kind: DiffKind::Gap, text: String::new() });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => DiffKind::Same,
                ChangeTag::Insert => DiffKind::Added,
                ChangeTag::Delete => DiffKind::Removed,
            };
            lines.push(DiffLine { kind, text: change.value().trim_end_matches('\n').to_owned() });
        }
    }
    lines
}

/// A namespace of the smallest size, of a team with a group for each role.
fn sample(class: &Class) -> Result<Namespace> {
    let name = |text: &str| format!("{text}-sample");
    let group = |text: &str| text.parse().map_err(Error::from);
    Ok(Namespace {
        id: NamespaceId(Uuid::nil()),
        name: name(class.name.as_str()).parse()?,
        team: TeamRef { id: TeamId(Uuid::nil()), slug: "team".parse()?, title: "Team".into() },
        cluster: ClusterRef { id: ClusterId(Uuid::nil()), name: "cluster".parse()? },
        class: class.clone(),
        quota: smallest(&class.spec),
        expires_at: None,
        purpose: "What the requester wrote".parse()?,
        request: RequestNumber(0),
        groups: vec![
            (group("team-viewers")?, TeamRole::Viewer),
            (group("team-developers")?, TeamRole::Developer),
            (group("team-owners")?, TeamRole::Owner),
        ],
        members: Vec::new(),
        revision: 0,
    })
}

fn smallest(spec: &ClassSpec) -> Quota {
    spec.sizes.first().map_or(spec.ceiling, |size| size.quota)
}
