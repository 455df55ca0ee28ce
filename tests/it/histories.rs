//! What a team holds, through the desk and on the cluster, whatever happens in whatever order.

use k8s_openapi::api::core::v1::ResourceQuota;
use kube::Api;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tests::{Answer, CLUSTER, Desk, Fault, Opening, Proxy, Role, ask, eventually, kubernetes};

/// What was done, in its order.
#[derive(Debug, Default)]
struct Done(Vec<String>);

impl Done {
    /// Printed where it happens: a failure of whatever kind shows all that was done before it.
    #[allow(clippy::print_stdout, reason = "shown with the failure of the test, and only then")]
    fn push(&mut self, what: String) {
        println!("{what}");
        self.0.push(what);
    }
}

/// Three namespaces of size S (2 CPU), or one S and one M (4 CPU), and a little.
const LIMIT_CPU_M: i64 = 7000;
const N_DEEDS: usize = 40;

struct History {
    desk: Desk,
    proxy: Proxy,
    chance: StdRng,
    names: Vec<String>,
    /// What was done, for whoever has to find out why.
    done: Done,
}

impl History {
    async fn begin(seed: u64) -> Self {
        let mut done = Done::default();
        done.push(format!("seed {seed}"));
        let proxy = Proxy::to_cluster().await;
        let desk = Desk::with(Opening { works: true, watches: true, ..proxy.opening() }).await;
        desk.limit("payments", json!({"cpu_m": LIMIT_CPU_M})).await;
        Self { desk, proxy, chance: StdRng::seed_from_u64(seed), names: Vec::new(), done }
    }

    async fn requests(&self) -> Vec<Value> {
        let page = self.desk.as_(Role::Platform).await.get("/api/v1/requests?queue=all&limit=100").await.expect(200);
        page.json()["items"].as_array().expect("is a list").clone()
    }

    /// The number of a request in one of these states, if there is one.
    async fn one_in(&mut self, states: &[&str]) -> Option<i64> {
        let requests = self.requests().await;
        let is_in = |request: &&Value| states.iter().any(|state| request["state"] == *state);
        let numbers: Vec<i64> =
            requests.iter().filter(is_in).filter_map(|request| request["number"].as_i64()).collect();
        numbers.choose(&mut self.chance).copied()
    }

    async fn act(&mut self, by: Role, number: i64, act: &str, body: &Value) {
        let answer = self.desk.as_(by).await.post(&format!("/api/v1/requests/{number}/{act}"), body).await;
        assert!(matches!(answer.status, 200 | 409), "{act} {number}: {}", answer.text());
        self.note(format!("{act} {number}"), &answer);
    }

    async fn ask_anew(&mut self, size: &str) {
        let name = self.desk.new_name("payments");
        self.submit(&ask(&name, "standard", size)).await;
        self.names.push(name);
    }

    /// Something that people do, or may not do: nothing of it is wrong. Where there is nothing to do it to, somebody asks.
    async fn step(&mut self) {
        let size = *["S", "M"].choose(&mut self.chance).expect("has some");
        match self.chance.random_range(0..11) {
            0 => self.ask_anew(size).await,
            1 | 2 => {
                let Some(number) = self.one_in(&["completed"]).await else { return self.ask_anew(size).await };
                let name = self.desk.request(number).await["name"].clone();
                let body =
                    json!({"kind": "quota", "cluster": CLUSTER, "name": name, "size": size, "purpose": "As usual"});
                self.submit(&body).await;
            }
            3..=5 => {
                let Some(number) = self.one_in(&["in_review"]).await else { return self.ask_anew(size).await };
                self.act(Role::Owner, number, "approve", &json!({"revision": 1})).await;
            }
            6 => {
                let Some(number) = self.one_in(&["in_review"]).await else { return self.ask_anew(size).await };
                self.act(Role::Developer, number, "withdraw", &json!({})).await;
            }
            7 | 8 => {
                let Some(number) = self.one_in(&["failed"]).await else { return self.ask_anew(size).await };
                self.act(Role::Platform, number, "retry", &json!({})).await;
            }
            _ => {
                let Some(number) = self.one_in(&["failed"]).await else { return self.ask_anew(size).await };
                self.act(Role::Platform, number, "undo", &json!({})).await;
            }
        }
    }

    async fn submit(&mut self, body: &Value) {
        let answer = self.desk.as_(Role::Developer).await.post("/api/v1/requests", body).await;
        // It may have that already, or be gone.
        assert!(matches!(answer.status, 201 | 409 | 422), "{}", answer.text());
        self.note(format!("ask {} {} {}", body["kind"], body["name"], body["size"]), &answer);
    }

    fn note(&mut self, what: String, answer: &Answer) {
        let code = if answer.status < 300 { json!("done") } else { answer.json()["code"].clone() };
        self.done.push(format!("{what}: {code}"));
    }

    /// Waits until nobody works on anything.
    async fn settle(&self) {
        let is_at_work =
            |request: &Value| ["approved", "applying", "undoing"].iter().any(|state| request["state"] == *state);
        eventually(&format!("nothing is at work after {:#?}", self.done), async || {
            (!self.requests().await.iter().any(is_at_work)).then_some(())
        })
        .await;
    }

    /// What the cluster lets the team's namespaces have together.
    async fn enforced(&self) -> i64 {
        let admin = kubernetes::admin().await;
        let mut sum = 0;
        for name in &self.names {
            let quotas: Api<ResourceQuota> = Api::namespaced(admin.clone(), name);
            let quota = quotas.get_opt("berth-compute").await.expect("answers");
            let hard = quota.and_then(|quota| quota.spec).and_then(|spec| spec.hard).unwrap_or_default();
            sum += hard.get("requests.cpu").map_or(0, |cpu| cpu_m(&cpu.0));
        }
        sum
    }

    async fn check(&self) {
        let team = self.desk.as_(Role::Owner).await.get("/api/v1/teams/payments").await.expect(200).json();
        let held = team["granted"]["cpu_m"].as_i64().expect("is a number");
        let enforced = self.enforced().await;
        assert!(enforced <= held && held <= LIMIT_CPU_M, "{enforced} on the cluster, {held} held");
        if !self.requests().await.iter().any(|request| request["state"] == "failed") {
            assert_eq!(enforced, held, "nothing has failed");
        }
    }
}

fn cpu_m(text: &str) -> i64 {
    match text.strip_suffix('m') {
        Some(thousandths) => thousandths.parse().expect("is a number"),
        None => text.parse::<i64>().expect("is a number") * 1000,
    }
}

/// Another history at each run. A failure shows what was done and what was refused meanwhile: the choices are those of its
/// seed only as far as the work between them comes to the same.
#[tokio::test]
async fn a_team_holds_what_the_cluster_gives_it_and_never_more_than_its_limits() {
    let mut history = History::begin(rand::random()).await;
    for _ in 0..N_DEEDS {
        // Before or after the quota is there, of what is made and of what is taken back.
        let part = *["limitranges", "resourcequotas", "rolebindings", "nothing"]
            .choose(&mut history.chance)
            .expect("has some");
        let refused = Fault::Status { code: 422, says: "for a test", retry_after: None };
        let is_met = move |asked: &str| !asked.starts_with("GET ") && asked.contains(&format!("/{part}/"));
        let disturbance = history.chance.random_bool(0.5).then(|| history.proxy.disturb(refused, is_met));
        if disturbance.is_some() {
            history.done.push(format!("refused from here: writes of {part}"));
        }
        history.step().await;
        history.settle().await;
        history.check().await;
        if let Some(disturbance) = disturbance {
            history.done.push(format!("refused no more: it was {} times", disturbance.count()));
        }
    }
}
