//! Every state of a request, of both kinds, on a cluster in every state: what is not over has a way out that somebody present
//! can take, and that is not refused when it is taken; or it goes on by itself, and says what it waits for.

use serde_json::{Value, json};
use server::app::{Ctx, requests};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Actor, Answer, CLUSTER, Desk, Opening, Role, Wire, ask, eventually, kubernetes, with};

/// How the cluster stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ground {
    Live,
    Paused,
    Removed,
    /// It does not answer.
    Away,
    /// Another cluster answers in its place.
    Replaced,
    /// Nobody knows what its nodes offer.
    Unread,
}

const KINDS: [&str; 2] = ["new_namespace", "quota"];
/// Each with as many requests as there may be things to do with one.
const OPEN: [(&str, usize); 7] = [
    ("in_review", 5),
    ("changes_requested", 3),
    ("waiting", 1),
    ("failed", 2),
    ("approved", 1),
    ("applying", 1),
    ("undoing", 1),
];
const OVER: [&str; 5] = ["completed", "undone", "rejected", "withdrawn", "expired"];
/// Who is there.
const PRESENT: [Role; 3] = [Role::Developer, Role::Owner, Role::Platform];
/// What is done with a request, and the permission that the view says it with.
const ACTS: [(&str, &str); 8] = [
    ("approve", "can_approve"),
    ("reject", "can_reject"),
    ("request_changes", "can_request_changes"),
    ("revise", "can_revise"),
    ("accept_suggestion", "can_accept"),
    ("withdraw", "can_withdraw"),
    ("retry", "can_retry"),
    ("undo", "can_undo"),
];

/// The people, and requests by kind and state.
struct Scene {
    desk: Desk,
    people: Vec<(Role, Actor)>,
    requests: BTreeMap<(&'static str, &'static str), Vec<i64>>,
    /// Keeps the way to the cluster, where it is cut.
    _wire: Option<Wire>,
}

/// Enough for all of them, or for none.
async fn set_capacity(desk: &Desk, cpu_m: u64) {
    desk.set_capacity(&json!({"cpu_m": cpu_m, "memory_bytes": 1u64 << 50, "storage_bytes": 0, "pods": 1_000_000, "load_balancers": 0, "gpus": 0}))
        .await;
}

impl Scene {
    async fn of(ground: Ground) -> Self {
        let (desk, wire) = if ground == Ground::Away {
            let mut wire = Wire::to_address(kubernetes::address().await).await;
            let opening = Opening { watches: true, cluster_at: Some(wire.address()), ..Opening::default() };
            let desk = Desk::with(opening).await;
            wire.cut().await;
            let platform = desk.as_(Role::Platform).await;
            eventually("it is away", async || {
                let cluster = platform.get(&format!("/api/v1/clusters/{CLUSTER}")).await.expect(200).json();
                (cluster["freshness"]["state"] == "unreachable").then_some(())
            })
            .await;
            (desk, Some(wire))
        } else {
            (Desk::quiet().await, None)
        };
        set_capacity(&desk, 1_000_000_000).await;
        let mut people = Vec::new();
        for role in PRESENT {
            people.push((role, desk.as_(role).await));
        }
        let mut scene = Self { desk, people, requests: BTreeMap::new(), _wire: wire };
        for kind in KINDS {
            for (state, n) in OPEN.into_iter().chain(OVER.map(|state| (state, 1))) {
                for _ in 0..n {
                    let number = scene.put(kind, state).await;
                    scene.requests.entry((kind, state)).or_default().push(number);
                }
            }
        }
        scene.stand_on(ground).await;
        scene
    }

    fn as_(&self, role: Role) -> &Actor {
        &self.people.iter().find(|(of, _)| *of == role).expect("is there").1
    }

    async fn asked(&self, kind: &str) -> i64 {
        let body = match kind {
            "quota" => {
                let made = self.desk.ready().await;
                json!({"kind": "quota", "cluster": CLUSTER, "name": made["name"], "size": "M", "purpose": "More"})
            }
            _ => ask(&self.desk.new_name("payments"), "standard", "S"),
        };
        let request = self.as_(Role::Developer).post("/api/v1/requests", &body).await.expect(201).json();
        assert_eq!(request["state"], "in_review");
        request["number"].as_i64().expect("is a number")
    }

    /// A request in this state, as it comes to it.
    async fn put(&self, kind: &str, state: &str) -> i64 {
        let number = self.asked(kind).await;
        let path = format!("/api/v1/requests/{number}");
        let owner = self.as_(Role::Owner);
        let approve = async || owner.post(&format!("{path}/approve"), &json!({"revision": 1})).await.expect(200);
        match state {
            "in_review" => {}
            "changes_requested" => {
                let asked = self.desk.request(number).await["asked"].clone();
                let suggestion = with(asked, json!({"cpu_m": 3000}));
                let body = json!({"revision": 1, "comment": "Not so", "suggestion": suggestion});
                owner.post(&format!("{path}/request-changes"), &body).await.expect(200);
            }
            "rejected" => {
                let body = json!({"revision": 1, "comment": "No"});
                owner.post(&format!("{path}/reject"), &body).await.expect(200);
            }
            "withdrawn" => {
                owner.post(&format!("{path}/withdraw"), &json!({})).await.expect(200);
            }
            "expired" => {
                self.desk.forged().in_state_for_days(number, 31).await;
                let ctx = Ctx::system(self.desk.berth().clone(), "expire_requests");
                requests::expire(&ctx).await.expect("is done");
            }
            "waiting" => {
                set_capacity(&self.desk, 1).await;
                approve().await;
                set_capacity(&self.desk, 1_000_000_000).await;
            }
            _ => {
                approve().await;
                self.carry(number, state).await;
            }
        }
        assert_eq!(self.desk.request(number).await["state"], state);
        number
    }

    /// From approved on.
    async fn carry(&self, number: i64, state: &str) {
        match state {
            "approved" => {}
            "applying" | "completed" | "undone" => self.desk.forged().request_in(number, state).await,
            "failed" | "undoing" => {
                self.desk.give_up(number).await;
                if state == "undoing" {
                    let path = format!("/api/v1/requests/{number}/undo");
                    self.as_(Role::Platform).post(&path, &json!({})).await.expect(200);
                }
            }
            other => panic!("{other} is no state from approved on"),
        }
    }

    async fn stand_on(&self, ground: Ground) {
        let (desk, platform) = (&self.desk, self.as_(Role::Platform));
        match ground {
            Ground::Live | Ground::Away => {}
            Ground::Paused => {
                desk.pause(CLUSTER, "New nodes").await;
            }
            Ground::Removed => {
                let body = json!({"confirm": CLUSTER, "forget": true});
                platform.post(&format!("/api/v1/clusters/{CLUSTER}/remove"), &body).await.expect(204);
            }
            Ground::Replaced => desk.forged().answered_by(CLUSTER, Some("of-another")).await,
            Ground::Unread => desk.forged().never_read().await,
        }
    }

    async fn seen_by(&self, role: Role, number: i64) -> Value {
        self.as_(role).get(&format!("/api/v1/requests/{number}")).await.expect(200).json()
    }

    async fn take(&self, role: Role, number: i64, act: &str) -> Answer {
        let path = format!("/api/v1/requests/{number}/{}", act.replace('_', "-"));
        let seen = self.desk.request(number).await;
        let revision = &seen["revision"];
        let body = match act {
            "approve" | "accept_suggestion" => json!({"revision": revision}),
            "reject" | "request_changes" => json!({"revision": revision, "comment": "Not like this"}),
            "revise" => json!({"revision": revision, "size": "L", "purpose": "Still more"}),
            _ => json!({}),
        };
        self.as_(role).post(&path, &body).await
    }
}

/// What can be done, by the word of the view; to each whether this reader may.
fn next(view: &Value) -> BTreeMap<String, bool> {
    let acts = view["next"].as_array().expect("is a list").iter();
    acts.map(|next| {
        assert!(next["who"].as_str().is_some_and(|who| !who.is_empty()), "somebody is named: {next}");
        (next["action"].as_str().expect("is text").to_owned(), next["is_yours"] == true)
    })
    .collect()
}

async fn every_state_has_a_way_out(ground: Ground) {
    let scene = Scene::of(ground).await;
    for ((kind, state), numbers) in &scene.requests {
        let what = format!("{kind} {state} on {ground:?}");
        let mut who_may: BTreeMap<String, Vec<Role>> = BTreeMap::new();
        let mut views = Vec::new();
        for role in PRESENT {
            let view = scene.seen_by(role, numbers[0]).await;
            for (act, is_yours) in next(&view) {
                who_may.entry(act).or_default().extend(is_yours.then_some(role));
            }
            for (act, permission) in ACTS {
                let is_yours = next(&view).get(act) == Some(&true);
                assert_eq!(view[permission]["allowed"], is_yours, "{what}: {act} of {role:?}: {}", view[permission]);
            }
            views.push(view);
        }
        for (act, roles) in &who_may {
            assert!(!roles.is_empty(), "{what}: nobody present may {act}");
        }
        let page = scene.as_(Role::Developer).get(&format!("/requests/{}", numbers[0])).await.expect(200).text();
        for act in who_may.keys() {
            assert!(page.contains(&format!("data-act=\"{act}\"")), "{what}: the page does not say who may {act}");
        }
        let of_cluster: BTreeSet<_> = ["resume_cluster", "accept_cluster"].into_iter().collect();
        let acts: Vec<_> = who_may.iter().filter(|(act, _)| !of_cluster.contains(act.as_str())).collect();
        let is_stopped = !matches!(ground, Ground::Live | Ground::Unread);
        match *state {
            state if OVER.contains(&state) => {
                assert_eq!((who_may.len(), &views[0]["held_up"]), (0, &Value::Null), "{what} is over");
            }
            "approved" | "applying" | "undoing" => {
                assert!(acts.is_empty(), "{what} goes on by itself");
                assert_eq!(views[0]["is_worked_on"], true, "{what} has an order");
                assert_eq!(views[0]["held_up"].is_string(), is_stopped, "{what} says why: {}", views[0]["held_up"]);
                left_lying(&scene, numbers[0], &what).await;
            }
            _ => {
                assert!(!acts.is_empty(), "{what}: nobody can do anything");
                assert!(acts.len() <= numbers.len(), "{what}: there are not enough requests to do {acts:?}");
                for ((act, roles), number) in acts.iter().zip(numbers) {
                    for role in PRESENT.into_iter().filter(|role| !roles.contains(role)) {
                        let refused = scene.take(role, *number, act).await;
                        assert!(matches!(refused.status, 403 | 404), "{what}: {act} by {role:?}: {}", refused.text());
                    }
                    let done = scene.take(roles[0], *number, act).await;
                    assert_eq!(done.status, 200, "{what}: {act} by {:?}: {}", roles[0], done.text());
                }
            }
        }
    }
    end(&scene, ground).await;
}

/// Under way, and nobody is ordered to work on it any more: Platform can order it again.
async fn left_lying(scene: &Scene, number: i64, what: &str) {
    scene.desk.forged().given_up(number).await;
    let seen = next(&scene.seen_by(Role::Developer, number).await);
    assert_eq!(seen.get("retry"), Some(&false), "{what}, and given up: the developer knows whom to ask");
    scene.take(Role::Developer, number, "retry").await.expect_problem(403, "not_allowed");
    scene.take(Role::Platform, number, "retry").await.expect(200);
    assert_eq!(scene.seen_by(Role::Developer, number).await["is_worked_on"], true, "{what} goes on");
    scene.take(Role::Platform, number, "retry").await.expect_problem(409, "closed");
}

/// What Platform does about the cluster can be done; where there is nothing, everything ends.
async fn end(scene: &Scene, ground: Ground) {
    let platform = scene.as_(Role::Platform);
    let cluster = format!("/api/v1/clusters/{CLUSTER}");
    let open = scene.requests[&("quota", "applying")][0];
    let acts = next(&scene.seen_by(Role::Platform, open).await);
    match ground {
        Ground::Live | Ground::Away | Ground::Unread => assert!(acts.is_empty(), "{acts:?}"),
        Ground::Paused => {
            assert_eq!(acts.get("resume_cluster"), Some(&true));
            platform.post(&format!("{cluster}/resume"), &json!({})).await.expect(200);
        }
        Ground::Replaced => {
            assert_eq!(acts.get("accept_cluster"), Some(&true));
            platform.post(&format!("{cluster}/accept"), &json!({"uid": "of-another"})).await.expect(200);
        }
        Ground::Removed => {
            let worker = scene.desk.start_worker();
            for kind in KINDS {
                for (state, end) in [("approved", "failed"), ("applying", "failed"), ("undoing", "undone")] {
                    scene.desk.until(scene.requests[&(kind, state)][0], end).await;
                }
            }
            worker.stop().await;
            return;
        }
    }
    assert_eq!(scene.seen_by(Role::Platform, open).await["held_up"].is_string(), ground == Ground::Away);
}

#[tokio::test]
async fn every_state_has_a_way_out_on_a_live_cluster() {
    every_state_has_a_way_out(Ground::Live).await;
}

#[tokio::test]
async fn every_state_has_a_way_out_on_a_paused_cluster() {
    every_state_has_a_way_out(Ground::Paused).await;
}

#[tokio::test]
async fn every_state_has_a_way_out_on_a_removed_cluster() {
    every_state_has_a_way_out(Ground::Removed).await;
}

#[tokio::test]
async fn every_state_has_a_way_out_on_a_cluster_that_does_not_answer() {
    every_state_has_a_way_out(Ground::Away).await;
}

#[tokio::test]
async fn every_state_has_a_way_out_where_another_cluster_answers() {
    every_state_has_a_way_out(Ground::Replaced).await;
}

#[tokio::test]
async fn every_state_has_a_way_out_where_the_capacity_is_not_known() {
    every_state_has_a_way_out(Ground::Unread).await;
}

/// What cannot lead anywhere is refused with a code, and is not offered; what only waits says so and is.
#[tokio::test]
async fn nothing_is_approved_or_revised_where_that_leads_nowhere() {
    for (ground, code) in [
        (Ground::Live, None),
        (Ground::Paused, None),
        (Ground::Away, None),
        (Ground::Removed, Some("cluster_not_ready")),
        (Ground::Replaced, Some("cluster_not_ready")),
        (Ground::Unread, Some("cluster_not_ready")),
    ] {
        // One of each is enough here.
        let desk = Desk::quiet().await;
        let (approved, revised) = (desk.asked().await, desk.asked().await);
        let scene = Scene { people: people(&desk).await, desk, requests: BTreeMap::new(), _wire: None };
        scene.stand_on(ground).await;
        let view = scene.seen_by(Role::Owner, approved).await;
        assert_eq!(view["can_approve"]["allowed"], code.is_none(), "{ground:?}: {}", view["can_approve"]);
        let page = scene.as_(Role::Owner).get(&format!("/requests/{approved}")).await.expect(200).text();
        assert_eq!(page.contains("data-key=\"a\""), code.is_none(), "{ground:?}: Approve is shown as what it is");
        let is_capacity_known = view["quota"]["capacity"]["lines"].as_array().is_some_and(|lines| !lines.is_empty());
        assert_eq!(is_capacity_known, code.is_none(), "{ground:?}: {}", view["quota"]["capacity"]);
        if let Some(why) = view["held_up"].as_str() {
            let first = why.split(&[':', '(']).next().unwrap_or_default().trim_start_matches('c');
            assert!(page.contains(first), "{ground:?}: the page says {why}");
        }
        for (role, number, act) in [(Role::Owner, approved, "approve"), (Role::Developer, revised, "revise")] {
            let answer = scene.take(role, number, act).await;
            match code {
                None => drop(answer.expect(200)),
                Some(code) => drop(answer.expect_problem(409, code)),
            }
        }
    }
}

async fn people(desk: &Desk) -> Vec<(Role, Actor)> {
    let mut people = Vec::new();
    for role in PRESENT {
        people.push((role, desk.as_(role).await));
    }
    people
}

/// Nothing of it is on the cluster any more, so nothing is asked of the cluster.
#[tokio::test]
async fn a_quota_that_failed_because_its_namespace_is_gone_can_be_given_up() {
    let desk = Desk::quiet().await;
    let scene = Scene { people: people(&desk).await, desk, requests: BTreeMap::new(), _wire: None };
    let number = scene.put("quota", "failed").await;
    scene.desk.forged().found(Some("missing")).await;
    let undone = scene.take(Role::Platform, number, "undo").await.expect(200).json();
    assert_eq!((&undone["state"], next(&undone).len()), (&json!("undone"), 0));
}

/// Giving back needs no capacity, so nobody need know how much there is.
#[tokio::test]
async fn an_increase_that_failed_is_undone_also_where_the_capacity_is_not_known() {
    let desk = Desk::quiet().await;
    let scene = Scene { people: people(&desk).await, desk, requests: BTreeMap::new(), _wire: None };
    let number = scene.put("quota", "failed").await;
    scene.stand_on(Ground::Unread).await;
    scene.take(Role::Platform, number, "undo").await.expect(200);
}
