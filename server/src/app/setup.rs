//! What is set up, as a whole: written as files, compared with files, made what files say.

use super::{Change, Ctx, Result, change, clusters, platform_roles, teams};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::Cluster;
use crate::store::teams::Stored;
use domain::Action;
use domain::audit::EventKind;
use domain::audit::detail::Published;
use domain::class::Class;
use domain::id::ClassId;
use domain::name::ClassName;
use domain::setup::{ClassSetup, ClusterSetup, Impact, Plan, PlatformBinding, Setup, TeamSetup, keeps_platform, plan};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Everything that is set up and in use, without secrets, in a stable order: no retired class, no removed cluster.
pub async fn export(ctx: &Ctx) -> Result<Setup> {
    ctx.allow(Action::SeeSetUp)?;
    let mut tx = ctx.snapshot().await?;
    let known = Known::read(&mut tx).await?;
    let mut whole = known.setup();
    whole.classes.retain(|class| !known.retired.contains(&class.name));
    Ok(whole)
}

/// What [`apply`] would change.
pub async fn compare(ctx: &Ctx, wanted: Setup, prune: bool) -> Result<Plan> {
    ctx.allow(Action::SeeSetUp)?;
    wanted.check()?;
    let mut tx = ctx.snapshot().await?;
    let known = Known::read(&mut tx).await?;
    let impact = known.impact(&mut tx).await?;
    Ok(plan(&known.setup(), &wanted.sorted(), prune, &impact))
}

/// Makes what the files say, all or nothing, and answers what changed. Applied again it changes nothing.
pub async fn apply(ctx: &Ctx, wanted: Setup, prune: bool) -> Result<Plan> {
    ctx.allow(Action::SetUp)?;
    wanted.check()?;
    let wanted = wanted.sorted();
    change!(ctx, |tx| {
        store::bindings::lock_all(&mut **tx).await?;
        let known = Known::read(tx).await?;
        let impact = known.impact(tx).await?;
        let plan = plan(&known.setup(), &wanted, prune, &impact);
        known.apply_teams(tx, ctx, &wanted, prune).await?;
        known.apply_platform(tx, ctx, &wanted.platform, prune).await?;
        known.apply_classes(tx, ctx, &wanted.classes).await?;
        known.apply_clusters(tx, ctx, &wanted.clusters).await?;
        Ok(plan)
    })
}

/// What is there.
struct Known {
    teams: Vec<Stored>,
    platform: Vec<PlatformBinding>,
    classes: Vec<Class>,
    /// Those of them that are off the offer.
    retired: BTreeSet<ClassName>,
    clusters: Vec<Cluster>,
}

impl Known {
    async fn read(tx: &mut Conn) -> Result<Self> {
        Ok(Self {
            teams: store::teams::list_stored(tx).await?,
            platform: platform_roles::current(tx).await?,
            classes: store::classes::list_latest(&mut *tx).await?,
            retired: store::classes::list_retired(&mut *tx).await?.into_iter().collect(),
            clusters: store::clusters::list(&mut *tx).await?,
        })
    }

    fn setup(&self) -> Setup {
        let class = |class: &Class| ClassSetup { name: class.name.clone(), spec: class.spec.clone() };
        let whole = Setup {
            teams: self.teams.iter().map(|team| team.setup.clone()).collect(),
            platform: self.platform.clone(),
            classes: self.classes.iter().map(class).collect(),
            clusters: self.clusters.iter().map(Cluster::settings).collect(),
        };
        whole.sorted()
    }

    async fn impact(&self, tx: &mut Conn) -> Result<Impact> {
        let versions = self.classes.iter().map(|class| (class.name.clone(), class.version)).collect();
        let mut impact = Impact { versions, retired: self.retired.clone(), ..Impact::default() };
        for counted in store::namespaces::count_by_setup(tx).await? {
            *impact.teams.entry(counted.team.parse()?).or_default() += counted.n;
            *impact.clusters.entry(counted.cluster.parse()?).or_default() += counted.n;
            let versions: &mut BTreeMap<_, _> = impact.classes.entry(counted.class.parse()?).or_default();
            *versions.entry(counted.class_version).or_default() += counted.n;
        }
        Ok(impact)
    }

    async fn apply_teams(&self, tx: &mut Change, ctx: &Ctx, wanted: &Setup, prune: bool) -> Result<()> {
        for team in &wanted.teams {
            let before = self.teams.iter().find(|stored| stored.setup.slug == team.slug);
            teams::save(tx, ctx, before, team).await?;
        }
        for stored in self.teams.iter().filter(|stored| prune && wanted.team(&stored.setup.slug).is_none()) {
            let archived = TeamSetup { archived: true, ..stored.setup.clone() };
            teams::save(tx, ctx, Some(stored), &archived).await?;
        }
        Ok(())
    }

    async fn apply_platform(&self, tx: &mut Change, ctx: &Ctx, wanted: &[PlatformBinding], prune: bool) -> Result<()> {
        for binding in wanted {
            platform_roles::insert(tx, ctx, binding).await?;
        }
        let surplus: Vec<_> = self.platform.iter().filter(|had| prune && !wanted.contains(had)).collect();
        if !surplus.is_empty() {
            keeps_platform(wanted, platform_roles::own_groups(tx, ctx).await?.as_deref())?;
        }
        for binding in surplus {
            platform_roles::delete(tx, ctx, binding).await?;
        }
        Ok(())
    }

    /// A changed class is a new version; what is published never changes. The plan names those that are retired.
    async fn apply_classes(&self, tx: &mut Change, ctx: &Ctx, wanted: &[ClassSetup]) -> Result<()> {
        for ClassSetup { name, spec } in wanted {
            let latest = self.classes.iter().find(|class| class.name == *name);
            if self.retired.contains(name) || latest.is_some_and(|class| class.spec == *spec) {
                continue;
            }
            let version = latest.map_or(1, |class| class.version + 1);
            let class = Class { id: ClassId(Uuid::now_v7()), name: name.clone(), version, spec: spec.clone() };
            store::classes::insert(&mut **tx, &class, None, ctx.now()).await?;
            let kind = EventKind::ClassPublished { version, spec: class.spec, from: Published::Setup {} };
            tx.record(ctx, format!("class {}", class.name), None, kind);
        }
        Ok(())
    }

    /// Of those that were added; the plan names the others.
    async fn apply_clusters(&self, tx: &mut Change, ctx: &Ctx, wanted: &[ClusterSetup]) -> Result<()> {
        for cluster_setup in wanted {
            if self.clusters.iter().any(|cluster| cluster.name == cluster_setup.name) {
                let cluster = store::clusters::lock(tx, &cluster_setup.name).await?;
                clusters::save_settings(tx, ctx, &cluster, cluster_setup).await?;
            }
        }
        Ok(())
    }
}
