//! The end of a namespace's life: reminded, suspended, restored or deleted.

pub mod ground;

use domain::id::NamespaceId;
use domain::lifetime::Cause;
use ground::*;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, PersistentVolumeClaim, Secret, Service};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use server::app::{Change, namespaces, views};
use server::store;
use tests::{CLUSTER, Desk, Disturbance, Fault, Opening, Program, Proxy, Role, ask, eventually, kubernetes};
use time::{Duration, OffsetDateTime};

#[tokio::test]
async fn people_are_reminded_once_each_time_and_pages_say_that_it_expires() {
    let desk = Desk::quiet().await;
    let name = desk.ready().await["name"].as_str().expect("is text").to_owned();
    let developer = desk.as_(Role::Developer).await;
    let on_home = async || developer.get("/").await.expect(200).text().contains("<li data-ending=\"expires\"");
    let mut reminded = Vec::new();
    for days in [31, 29, 13, 6, 2, 0] {
        expire_in(&desk, &name, Duration::days(days) + Duration::HOUR).await;
        assert_eq!(on_home().await, days < 29, "before a reminder at {days} days");
        follow(&desk).await;
        follow(&desk).await;
        reminded.push(told(&desk, "namespace.expiry_reminded").await.len());
    }
    assert_eq!(reminded, [0, 1, 2, 3, 4, 5]);
    assert!(on_home().await);
    let days: Vec<_> = told(&desk, "namespace.expiry_reminded").await.iter().map(|told| told["days"].clone()).collect();
    assert_eq!(days, [30, 14, 7, 3, 1].map(Value::from));
    let page = developer.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("data-note=\"expires\""), "{page}");
    for page in ["/", "/namespaces"] {
        assert!(developer.get(page).await.expect(200).text().contains("data-ending=\"expires\""), "{page}");
    }
    let activity = developer.get(&path(&name)).await.expect(200).json()["activity"]["entries"].clone();
    assert!(activity.to_string().contains("reminded that it expires in a day"), "{activity}");

    // Whoever gets another expiry is reminded of that anew.
    let id: uuid::Uuid = sqlx::query_scalar("select id from namespaces").fetch_one(desk.db()).await.expect("is there");
    let ctx = ctx(&desk);
    let mut tx = Change::begin(&ctx).await.expect("begins");
    let later = OffsetDateTime::now_utc() + Duration::days(20);
    namespaces::set_expiry(&mut tx, &ctx, NamespaceId(id), Some(later)).await.expect("is set");
    tx.commit(ctx.now()).await.expect("is kept");
    follow(&desk).await;
    assert_eq!(told(&desk, "namespace.expiry_reminded").await.len(), 5, "thirty days before lies before it was set");
    assert!(!on_home().await, "nobody was reminded of this expiry");
    desk.forged().expiry_nears(10).await;
    follow(&desk).await;
    assert_eq!(told(&desk, "namespace.expiry_reminded").await.len(), 6);
}

#[tokio::test]
async fn one_that_expires_is_stopped_with_its_counts_kept_and_restored_to_them_by_one_click() {
    let ground = Ground::open().await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.fill().await;
    ground.suspend().await;
    assert_eq!(ground.running().await, STOPPED);
    let seen = view(desk, name).await;
    assert_eq!((&seen["ending"]["cause"], &seen["can_restore"]), (&json!("expired"), &json!(true)), "{seen}");
    let (begun, ends) = (&seen["ending"]["suspended_at"], &seen["ending"]["delete_at"]);
    let at = |text: &Value| {
        let format = &time::format_description::well_known::Rfc3339;
        OffsetDateTime::parse(text.as_str().expect("is text"), format).expect("is a time")
    };
    // The grace begins when everything is stopped.
    let grace = at(ends) - at(begun);
    assert!((Duration::days(7)..Duration::days(8)).contains(&grace), "{grace}");
    assert_eq!(told(desk, "namespace.suspended").await.len(), 1);
    let stopped = told(desk, "namespace.scaled_to_zero").await;
    assert!(stopped[0]["workloads"].to_string().contains("\"replicas\":3"), "{stopped:?}");
    assert!(!stopped[0].to_string().contains("open-sesame"));
    let page = desk.as_(Role::Developer).await.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("data-note=\"suspended\"") && page.contains("/restore"), "{page}");
    assert!(desk.as_(Role::Developer).await.get("/").await.expect(200).text().contains("data-ending=\"suspended\""));

    // As a form, without script.
    let pressed =
        desk.as_(Role::Developer).await.post_form(&format!("/namespaces/{CLUSTER}/{name}/restore"), &[]).await;
    pressed.expect(303);
    let worker = desk.start_worker();
    let restored = until(desk, name, "it is restored", |view| view["suspension"].is_null()).await;
    worker.stop().await;
    assert_eq!(ground.running().await, RUNNING);
    assert!(
        restored["ending"].is_null() && at(&restored["expires_at"]) > OffsetDateTime::now_utc() + Duration::days(6)
    );
    follow(desk).await;
    assert!(view(desk, name).await["ending"].is_null(), "it has time");
    desk.as_(Role::Developer)
        .await
        .post(&format!("{}/restore", path(name)), &json!({}))
        .await
        .expect_problem(409, "not_possible");
    for action in ["namespace.restored", "namespace.resumed"] {
        assert_eq!(told(desk, action).await.len(), 1, "{action}");
    }
    let left: i64 =
        sqlx::query_scalar("select (select count(*) from exports) + (select count(*) from suspended_workloads)")
            .fetch_one(desk.db())
            .await
            .expect("counts");
    assert_eq!(left, 0, "nothing of it is kept longer than it is needed");
}

#[tokio::test]
async fn whoever_scales_up_what_is_suspended_is_scaled_down_again_and_restored_to_what_was_before() {
    let ground = Ground::open().await;
    ground.fill().await;
    ground.suspend().await;
    let up = Patch::Merge(json!({"spec": {"replicas": 5}}));
    for name in ["web", "off"] {
        ground.here::<Deployment>().patch(name, &PatchParams::default(), &up).await.expect("an administrator may");
    }
    sync(&ground.desk, &ground.name).await;
    let worker = ground.desk.start_worker();
    eventually("it is at zero again", async || (ground.running().await == STOPPED).then_some(())).await;
    restore(&ground.desk, &ground.name).await;
    until(&ground.desk, &ground.name, "it is restored", |view| view["suspension"].is_null()).await;
    worker.stop().await;
    // The first was kept before; of the second nobody knew more than what somebody wanted last.
    assert_eq!((ground.replicas("web").await, ground.replicas("off").await), (3, 5));
}

#[tokio::test]
async fn only_the_team_and_platform_restore_it_and_strangers_know_nothing_of_it() {
    let desk = Desk::quiet().await;
    let name = desk.ready().await["name"].as_str().expect("is text").to_owned();
    let path = format!("{}/restore", path(&name));
    desk.as_(Role::Developer).await.post(&path, &json!({})).await.expect_problem(409, "not_possible");
    let until = (OffsetDateTime::now_utc() + Duration::DAY).format(&time::format_description::well_known::Rfc3339);
    let viewer = json!({
        "person": Role::Teamless.account().email, "role": "viewer", "until": until.expect("is a time"), "reason": "Looks",
    });
    desk.as_(Role::Platform).await.post("/api/v1/teams/payments/memberships", &viewer).await.expect(201);
    for role in [Role::Developer, Role::Owner, Role::Platform] {
        expire_in(&desk, &name, -Duration::MINUTE).await;
        follow(&desk).await;
        desk.as_(Role::Teamless).await.post(&path, &json!({})).await.expect_problem(403, "not_allowed");
        desk.as_(Role::Auditor).await.post(&path, &json!({})).await.expect_problem(403, "not_allowed");
        desk.as_(Role::Stranger).await.post(&path, &json!({})).await.expect(404);
        desk.reader_of(role).await.post(&path, &json!({})).await.expect_problem(403, "read_only_token");
        desk.as_(role).await.post(&path, &json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn after_the_grace_it_is_deleted_its_capacity_free_and_its_name_kept_for_its_team() {
    let ground = Ground::open().await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.fill().await;
    ground.suspend().await;
    let more = json!({"kind": "quota", "cluster": CLUSTER, "name": name, "size": "M", "purpose": "More"});
    let open = desk.as_(Role::Developer).await.post("/api/v1/requests", &more).await.expect(201).json();
    grace_ends_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    let seen = view(desk, name).await;
    assert_eq!((&seen["state"], &seen["can_restore"]), (&json!("removing"), &json!(false)));
    desk.as_(Role::Owner)
        .await
        .post(&format!("{}/restore", path(name)), &json!({}))
        .await
        .expect_problem(409, "namespace_gone");
    assert_eq!(desk.request(open["number"].as_i64().expect("is a number")).await["state"], "withdrawn");
    let worker = desk.start_worker();
    eventually("it is no longer Berth's", async || {
        (desk.as_(Role::Developer).await.get(&path(name)).await.status == 404).then_some(())
    })
    .await;
    worker.stop().await;
    ground.until_gone().await;
    let held: i64 = sqlx::query_scalar("select count(*) from held").fetch_one(desk.db()).await.expect("counts");
    assert_eq!((held, told(desk, "namespace.deleted").await.len()), (0, 1));

    // A team whose names begin like this one's comes later.
    let (slug, platform) = (name.clone(), desk.as_(Role::Platform).await);
    let other = format!("{slug}-x");
    desk.forged().reserved_instead(name, &other).await;
    platform.post("/api/v1/teams", &json!({"slug": slug, "title": "Later"})).await.expect(201);
    desk.bind("orders-developers", Some(&slug), "developer").await;
    let theirs = json!({
        "kind": "new_namespace", "team": slug, "cluster": CLUSTER, "class": "standard", "name": other, "size": "S",
        "purpose": "Ours",
    });
    desk.as_(Role::Stranger).await.post("/api/v1/requests", &theirs).await.expect_problem(409, "name_reserved");
    desk.forged().reservations_end().await;
    desk.as_(Role::Stranger).await.post("/api/v1/requests", &theirs).await.expect(201);
}

#[tokio::test]
async fn the_team_that_had_the_name_may_ask_for_it_again() {
    let ground = Ground::open().await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.suspend().await;
    grace_ends_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    let worker = desk.start_worker();
    ground.until_gone().await;
    eventually("its name is reserved", async || {
        let n: i64 =
            sqlx::query_scalar("select count(*) from reserved_names").fetch_one(desk.db()).await.expect("counts");
        (n == 1).then_some(())
    })
    .await;
    worker.stop().await;
    desk.as_(Role::Developer).await.post("/api/v1/requests", &ask(name, "standard", "S")).await.expect(201);
}

#[tokio::test]
async fn one_that_somebody_deleted_on_its_cluster_is_made_again_with_what_was_in_it() {
    let ground = Ground::open().await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.fill().await;
    ground.suspend().await;
    let namespaces = Api::<Namespace>::all(ground.admin.clone());
    let former = namespaces.get(name).await.expect("is there").uid();
    namespaces.delete(name, &DeleteParams::default()).await.expect("an administrator may");
    ground.until_gone().await;
    restore(desk, name).await;
    let worker = desk.start_worker();
    until(desk, name, "it is restored", |view| view["suspension"].is_null() && view["condition"].is_null()).await;
    worker.stop().await;
    assert_ne!(namespaces.get(name).await.expect("is there").uid(), former);
    assert_eq!(ground.running().await, RUNNING, "as it was before it was suspended");
    let secret = ground.here::<Secret>().get("key").await.expect("is there").data.expect("has some");
    assert_eq!(secret["key"].0, b"open-sesame");
    ground.here::<ConfigMap>().get("settings").await.expect("is there");
    ground.here::<Service>().get("web").await.expect("is there");
    ground.here::<PersistentVolumeClaim>().get("data").await.expect("is there");
    let filled = told(desk, "namespace.refilled").await;
    assert_eq!((filled.len(), &filled[0]["n_not_made"]), (1, &json!(0)), "{filled:?}");
}

#[tokio::test]
async fn a_namespace_that_took_its_place_is_never_touched() {
    let ground = Ground::open().await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.suspend().await;
    let namespaces = Api::<Namespace>::all(ground.admin.clone());
    namespaces.delete(name, &DeleteParams::default()).await.expect("an administrator may");
    ground.until_gone().await;
    let foreign: Namespace = serde_json::from_value(json!({"metadata": {"name": name}})).expect("is one");
    namespaces.create(&PostParams::default(), &foreign).await.expect("is made");
    let web = kubernetes::a_deployment("web", 2, "100m", "");
    ground.here::<Deployment>().create(&PostParams::default(), &web).await.expect("is made");
    sync(desk, name).await;
    let worker = desk.start_worker();
    until(desk, name, "it is seen", |view| view["condition"] == "replaced").await;
    assert_eq!(ground.replicas("web").await, 2);
    grace_ends_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    eventually("it is no longer Berth's", async || {
        (desk.as_(Role::Developer).await.get(&path(name)).await.status == 404).then_some(())
    })
    .await;
    worker.stop().await;
    let found = namespaces.get(name).await.expect("is there");
    assert!(found.metadata.deletion_timestamp.is_none());
    assert_eq!(ground.replicas("web").await, 2);
}

#[tokio::test]
async fn a_worker_that_is_killed_between_two_steps_is_followed_by_another() {
    let proxy = Proxy::to_cluster().await;
    let ground = Ground::on(Desk::with(proxy.opening()).await).await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.fill().await;
    expire_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    let mut worker = desk.program();
    // Each time the cluster has done it, and Berth dies before it knows.
    for path in ["/token", "/cronjobs/tick", "/deployments/web", "/daemonsets/agent"] {
        let method = if path == "/token" { "POST " } else { "PATCH " };
        killed_at(desk, &mut worker, during(&proxy, method, path)).await;
    }
    worker.start("worker");
    until(desk, name, "everything is at zero", |view| !view["suspension"]["scaled_at"].is_null()).await;
    worker.kill();
    assert_eq!(ground.running().await, STOPPED);
    restore(desk, name).await;
    for path in ["/daemonsets/agent", "/deployments/web"] {
        killed_at(desk, &mut worker, during(&proxy, "PATCH ", path)).await;
    }
    worker.start("worker");
    until(desk, name, "it is restored", |view| view["suspension"].is_null()).await;
    assert_eq!(ground.running().await, RUNNING);
    worker.kill();

    expire_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    grace_ends_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    assert_eq!(view(desk, name).await["state"], "ready", "nothing is deleted that was not stopped");
    worker.start("worker");
    until(desk, name, "everything is at zero", |view| !view["suspension"]["scaled_at"].is_null()).await;
    worker.kill();
    grace_ends_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    desk.forged().leases_end().await;
    desk.forged().jobs_due(None).await;
    killed_at(desk, &mut worker, during(&proxy, "DELETE ", &format!("/api/v1/namespaces/{name}"))).await;
    worker.start("worker");
    eventually("it is told that it is deleted", async || {
        (told(desk, "namespace.deleted").await.len() == 1).then_some(())
    })
    .await;
    worker.kill();
    ground.until_gone().await;
}

fn during(proxy: &Proxy, method: &'static str, path: &str) -> Disturbance {
    let path = path.to_owned();
    proxy.disturb(Fault::AnswerHeld, move |asked| {
        asked.starts_with(method) && format!("{asked}?").contains(&format!("{path}?"))
    })
}

/// Lets the worker work until it is held, kills it, and lets its lease end.
async fn killed_at(desk: &Desk, worker: &mut Program, disturbance: Disturbance) {
    worker.start("worker");
    disturbance.met().await;
    worker.kill();
    drop(disturbance);
    desk.forged().leases_end().await;
}

#[tokio::test]
async fn what_a_dead_cluster_cannot_do_waits_for_it() {
    let proxy = Proxy::to_cluster().await;
    let ground = Ground::on(Desk::with(proxy.opening()).await).await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.fill().await;
    let away = proxy.disturb(Fault::Status { code: 503, says: "away", retry_after: None }, |_| true);
    expire_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    let worker = desk.start_worker();
    eventually("it is tried", async || {
        let tried: Option<String> = sqlx::query_scalar("select last_error from jobs where kind = 'sync_namespace'")
            .fetch_optional(desk.db())
            .await
            .expect("is read")
            .flatten();
        tried.filter(|why| why.contains("does not answer"))
    })
    .await;
    assert_eq!(ground.running().await, RUNNING);
    assert!(view(desk, name).await["suspension"]["scaled_at"].is_null(), "what is not done is not said to be");
    drop(away);
    desk.forged().jobs_due(None).await;
    until(desk, name, "everything is at zero", |view| !view["suspension"]["scaled_at"].is_null()).await;
    worker.stop().await;
    assert_eq!(ground.running().await, STOPPED);
}

#[tokio::test]
async fn what_berth_may_not_do_there_is_said_with_the_command_that_gives_the_right() {
    let proxy = Proxy::to_cluster().await;
    let ground = Ground::on(Desk::with(proxy.opening()).await).await;
    let (desk, name) = (&ground.desk, &ground.name);
    ground.fill().await;
    // As a cluster answers that was added by a version of Berth which did not ask for the right.
    let says = "serviceaccounts is forbidden: it cannot create resource serviceaccounts/token";
    let lacking = Fault::Status { code: 403, says, retry_after: None };
    let lacking = proxy.disturb(lacking, |asked| asked.starts_with("POST ") && asked.contains("/token"));
    expire_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    let worker = desk.start_worker();
    let stuck = until(desk, name, "it says why", |view| !view["suspension"]["refused"].is_null()).await;
    let why = stuck["suspension"]["refused"].as_str().expect("is text").to_owned();
    assert!(why.contains("forbidden") && why.contains("berth cluster renew"), "{why}");
    assert_eq!((&stuck["condition"], &stuck["sync"]["stopped"]), (&Value::Null, &Value::Null), "it answers");
    let page = desk.as_(Role::Developer).await.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("data-refused") && page.contains("berth cluster renew"), "{page}");
    assert_eq!(told(desk, "namespace.not_suspended").await.len(), 1);
    drop(lacking);
    sync(desk, name).await;
    until(desk, name, "everything is at zero", |view| !view["suspension"]["scaled_at"].is_null()).await;
    worker.stop().await;
    assert_eq!(ground.running().await, STOPPED);
}

#[tokio::test]
async fn a_deletion_that_is_stuck_says_why() {
    let ground = Ground::open().await;
    let (desk, name) = (&ground.desk, &ground.name);
    let held = json!({"metadata": {"name": "held", "finalizers": ["example.test/hold"]}});
    ground.make::<ConfigMap>(held).await;
    ground.suspend().await;
    grace_ends_in(desk, name, -Duration::MINUTE).await;
    follow(desk).await;
    let worker = desk.start_worker();
    let stuck =
        until(desk, name, "it says why", |view| view["terminating"].as_array().is_some_and(|why| !why.is_empty()))
            .await;
    let why = stuck["terminating"].to_string();
    assert!(why.contains("example.test/hold") && why.contains("kubectl"), "{why}");
    let page = desk.as_(Role::Developer).await.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("data-note=\"stuck\""), "{page}");
    let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    ground.here::<ConfigMap>().patch("held", &PatchParams::default(), &free).await.expect("an administrator may");
    eventually("it is no longer Berth's", async || {
        (desk.as_(Role::Developer).await.get(&path(name)).await.status == 404).then_some(())
    })
    .await;
    worker.stop().await;
}

#[tokio::test]
async fn a_deletion_that_was_requested_is_a_cause_of_its_own_that_another_expiry_does_not_take_back() {
    let desk = Desk::quiet().await;
    desk.ready().await;
    let id: uuid::Uuid = sqlx::query_scalar("select id from namespaces").fetch_one(desk.db()).await.expect("is there");
    let (id, ctx) = (NamespaceId(id), ctx(&desk));
    let mut tx = Change::begin(&ctx).await.expect("begins");
    namespaces::begin_ending(&mut tx, &ctx, id, Cause::DeletionRequested, Duration::days(3)).await.expect("begins");
    namespaces::set_expiry(&mut tx, &ctx, id, None).await.expect("is set");
    tx.commit(ctx.now()).await.expect("is kept");
    let record = store::endings::get_record(desk.db(), id).await.expect("is read");
    assert_eq!(record.ending.map(|ending| ending.cause), Some(Cause::DeletionRequested));
    let mut tx = Change::begin(&ctx).await.expect("begins");
    namespaces::stop_ending(&mut tx, &ctx, id).await.expect("is stopped");
    tx.commit(ctx.now()).await.expect("is kept");
    assert!(store::endings::get_record(desk.db(), id).await.expect("is read").ending.is_none());
}

#[tokio::test]
async fn what_is_in_a_namespace_is_told_as_far_as_it_is_known() {
    let quiet = Desk::quiet().await;
    quiet.ready().await;
    let unknown = contents(&quiet).await;
    assert_eq!((&unknown.workloads, &unknown.volumes, &unknown.n_pods), (&None, &None, &None));
    assert!(matches!(unknown.freshness, domain::cluster::Freshness::NotLoaded));

    let desk = Desk::with(Opening { watches: true, ..Opening::default() }).await;
    let ground = Ground::on(desk).await;
    ground.fill().await;
    let balancer = json!({"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]});
    let is_allowed = json!({"metadata": {"name": "outside"}, "spec": balancer});
    let service: Service = serde_json::from_value(is_allowed).expect("is one");
    let has_balancer = ground.here::<Service>().create(&PostParams::default(), &service).await.is_ok();
    let seen = eventually("all of it is seen", async || {
        let seen = contents(&ground.desk).await;
        let (workloads, volumes) = (seen.workloads.as_ref()?.len(), seen.volumes.as_ref()?.len());
        let services = seen.services.as_ref()?.len();
        (workloads >= 4 && volumes == 1 && services == usize::from(has_balancer)).then_some(seen)
    })
    .await;
    let web = seen.workloads.iter().flatten().find(|workload| workload.name == "web").expect("is there");
    assert_eq!((web.desired, seen.volumes.expect("are known")[0].bytes), (3, Some(1 << 30)));
    assert!(seen.changed_at.is_some() && seen.n_running.is_some());
}

async fn contents(desk: &Desk) -> domain::view::ContentsView {
    let mut conn = desk.berth().db.acquire().await.expect("connects");
    let id: uuid::Uuid = sqlx::query_scalar("select id from namespaces").fetch_one(desk.db()).await.expect("is there");
    let stored = store::namespaces::get(&mut conn, NamespaceId(id)).await.expect("is read");
    views::namespaces::contents(&ctx(desk), &stored)
}
