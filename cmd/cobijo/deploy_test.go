package main

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/outbox"
)

// metricNames are all that a running process can tell, each of them made to appear.
func metricNames(t *testing.T) map[string]bool {
	t.Helper()
	c := serveCmd{settings: settings{SessionTTL: maxTTL, PerMinute: 1000, MaxRunes: 2000}, telegramSettings: telegramSettings{TelegramToken: "x"}}
	svc, err := c.open(t.Context(), discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(svc.close)
	page := c.metrics(svc)
	a := svc.metrics.Answers(svc.traces)
	a.Replied(t.Context(), dialogue.Guidance, "work")
	a.End(t.Context(), "web", bot.Answered, time.Second)
	svc.sent("telegram")(outbox.Throttled, time.Second)
	svc.metrics.Reminder("sent")
	svc.metrics.ReminderLag(time.Second)
	svc.metrics.RedisSetting("appendonly", true)
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	names := map[string]bool{}
	for line := range strings.Lines(w.Body.String()) {
		if name := metricName.FindString(line); name != "" {
			names[name] = true
		}
	}
	for _, want := range []string{"cobijo_updates_total", "cobijo_sends_total", "cobijo_outbox_chats", "cobijo_store_ready", "go_goroutines", "process_resident_memory_bytes"} {
		if !names[want] {
			t.Errorf("no %s in /metrics", want)
		}
	}
	return names
}

var discard = slog.New(slog.DiscardHandler)

var metricName = regexp.MustCompile(`\b(cobijo|go|process)_[a-z_]+`)

// Each metric that a dashboard or a rule names is one that there is.
func TestDashboardAndRulesNameMetrics(t *testing.T) {
	names := metricNames(t)
	for _, file := range []string{"deploy/grafana/cobijo.json", "deploy/prometheus/rules.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := metricName.FindAllString(string(data), -1)
		if len(found) < 10 {
			t.Errorf("%s names %d metrics: this looks at nothing", file, len(found))
		}
		for _, name := range found {
			if !names[name] {
				t.Errorf("%s names %s, which there is not", file, name)
			}
		}
	}
}

func TestDashboard(t *testing.T) {
	data, err := os.ReadFile("deploy/grafana/cobijo.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct {
			ID      int
			Type    string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &d); err != nil || len(d.Panels) < 15 {
		t.Fatalf("%d panels, %v", len(d.Panels), err)
	}
	taken := map[[2]int]int{}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 || p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %d: twice, too wide or empty", p.ID)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if taken[at] != 0 {
					t.Fatalf("panels %d and %d overlap", p.ID, taken[at])
				}
				taken[at] = p.ID
			}
		}
		for _, target := range p.Targets {
			if open, closed := strings.Count(target.Expr, "("), strings.Count(target.Expr, ")"); open != closed || target.Expr == "" {
				t.Errorf("panel %d: %q", p.ID, target.Expr)
			}
		}
	}
}

func TestRules(t *testing.T) {
	var rules struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Record, Expr, For string
				Labels                   map[string]string
				Annotations              map[string]string
			}
		}
	}
	readYAML(t, "deploy/prometheus/rules.yaml", &rules)
	alerts := 0
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			if (r.Alert == "") == (r.Record == "") || strings.Count(r.Expr, "(") != strings.Count(r.Expr, ")") {
				t.Errorf("%s%s: %s", r.Alert, r.Record, r.Expr)
			}
			if r.Alert == "" {
				continue
			}
			alerts++
			if !slices.Contains([]string{"page", "ticket"}, r.Labels["severity"]) || r.Annotations["summary"] == "" {
				t.Errorf("%s: severity %q, summary %q", r.Alert, r.Labels["severity"], r.Annotations["summary"])
			}
		}
	}
	if alerts < 8 {
		t.Errorf("%d alerts", alerts)
	}
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// settingNames are the variables that cobijo serve reads.
func settingNames() (names []string) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for f := range typ.Fields() {
			if f.Anonymous {
				walk(f.Type)
			} else if name := f.Tag.Get("env"); name != "" {
				names = append(names, name)
			}
		}
	}
	walk(reflect.TypeFor[serveCmd]())
	return names
}

// Each setting that a deployment names is one that cobijo serve reads.
func TestDeploymentsNameSettings(t *testing.T) {
	known := settingNames()
	if len(known) < 12 {
		t.Fatalf("%d settings: this looks at nothing", len(known))
	}
	setting := regexp.MustCompile(`\b(COBIJO|TELEGRAM|SLACK|REDIS|HTTP)_[A-Z_]+\b`)
	for _, file := range []string{"deploy/kubernetes/cobijo.yaml", "deploy/systemd/cobijo.service", "../../compose.yaml", "../../Dockerfile"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := setting.FindAllString(string(data), -1)
		if len(found) == 0 {
			t.Errorf("%s names no setting: this looks at nothing", file)
		}
		for _, name := range found {
			if !slices.Contains(known, name) {
				t.Errorf("%s names %s, which nothing reads", file, name)
			}
		}
	}
}

type manifest struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Replicas     int
		MinAvailable int `yaml:"minAvailable"`
		Template     struct {
			Spec struct {
				GracePeriod     int `yaml:"terminationGracePeriodSeconds"`
				SecurityContext struct {
					NonRoot bool `yaml:"runAsNonRoot"`
				} `yaml:"securityContext"`
				Containers []struct {
					EnvFrom  []map[string]map[string]string `yaml:"envFrom"`
					Startup  map[string]any                 `yaml:"startupProbe"`
					Live     map[string]any                 `yaml:"livenessProbe"`
					Ready    map[string]any                 `yaml:"readinessProbe"`
					Security struct {
						ReadOnly bool                    `yaml:"readOnlyRootFilesystem"`
						Escalate *bool                   `yaml:"allowPrivilegeEscalation"`
						Caps     struct{ Drop []string } `yaml:"capabilities"`
					} `yaml:"securityContext"`
				}
			}
		}
	}
}

func TestKubernetes(t *testing.T) {
	f, err := os.Open("deploy/kubernetes/cobijo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]manifest{}
	for d := yaml.NewDecoder(f); ; {
		var m manifest
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all[m.Kind] = m
	}
	spec := all["Deployment"].Spec
	if spec.Replicas < 2 || all["PodDisruptionBudget"].Spec.MinAvailable < 1 || all["Service"].Kind == "" || all["NetworkPolicy"].Kind == "" {
		t.Errorf("%d replicas, kinds %d", spec.Replicas, len(all))
	}
	pod := spec.Template.Spec
	if len(pod.Containers) != 1 || !pod.SecurityContext.NonRoot || pod.GracePeriod <= int(shutdownTime/time.Second) {
		t.Fatalf("%+v", pod)
	}
	c := pod.Containers[0]
	if c.Startup == nil || c.Live == nil || c.Ready == nil || !c.Security.ReadOnly || c.Security.Escalate == nil || *c.Security.Escalate || !slices.Equal(c.Security.Caps.Drop, []string{"ALL"}) || len(c.EnvFrom) != 2 {
		t.Errorf("%+v", c)
	}
	// Redis away for all replicas must not take all of them away from those who ask.
	for _, probe := range []map[string]any{c.Startup, c.Live, c.Ready} {
		if get, ok := probe["httpGet"].(map[string]any); !ok || get["path"] != "/healthz" {
			t.Errorf("a probe asks %v", probe)
		}
	}
}

func TestCompose(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Command     []string
			Healthcheck map[string]any
			ReadOnly    bool `yaml:"read_only"`
			CapDrop     []string
		}
	}
	readYAML(t, "../../compose.yaml", &compose)
	command := strings.Join(compose.Services["redis"].Command, " ")
	for _, want := range []string{"--appendonly yes", "--maxmemory-policy noeviction"} {
		if !strings.Contains(command, want) {
			t.Errorf("Redis is started without %s: %s", want, command)
		}
	}
	if compose.Services["redis"].Healthcheck == nil || !compose.Services["cobijo"].ReadOnly {
		t.Errorf("%+v", compose.Services)
	}
}

// What is deployed is told of in one place, and nothing there is forgotten.
func TestDeployFolder(t *testing.T) {
	files, err := filepath.Glob("deploy/*/*")
	if err != nil || len(files) != 4 {
		t.Errorf("%v, %v: teach the tests above about what is new", files, err)
	}
}

func TestMetricsAreNotForTheWorld(t *testing.T) {
	for name, tt := range map[string]struct {
		token  string
		header map[string]string
		want   int
	}{
		"directly":                 {"", nil, http.StatusOK},
		"through a proxy":          {"", map[string]string{"X-Forwarded-For": "192.0.2.1"}, http.StatusForbidden},
		"through another":          {"", map[string]string{"Forwarded": "for=192.0.2.1"}, http.StatusForbidden},
		"with a token":             {"a token", map[string]string{"Authorization": "Bearer a token"}, http.StatusOK},
		"with one, by a proxy":     {"a token", map[string]string{"Authorization": "Bearer a token", "X-Forwarded-For": "192.0.2.1"}, http.StatusOK},
		"without the token":        {"a token", nil, http.StatusUnauthorized},
		"with another":             {"a token", map[string]string{"Authorization": "Bearer a tokem"}, http.StatusUnauthorized},
		"with an empty one, given": {"", map[string]string{"Authorization": "Bearer ", "Via": "1.1 x"}, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			c := serveCmd{settings: settings{SessionTTL: maxTTL, PerMinute: 1000, MaxRunes: 2000}, observeSettings: observeSettings{MetricsToken: tt.token}}
			svc, err := c.open(t.Context(), discard)
			if err != nil {
				t.Fatal(err)
			}
			defer svc.close()
			r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			c.metrics(svc).ServeHTTP(w, r)
			if w.Code != tt.want || (w.Code == http.StatusOK) != strings.Contains(w.Body.String(), "cobijo_build_info") {
				t.Errorf("%d, not %d: %.200s", w.Code, tt.want, w.Body)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	ready := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" {
			w.WriteHeader(ready)
		}
	}))
	addr := strings.TrimPrefix(server.URL, "http://")
	if code, out, errOut := cobijo(t, "", "health", "--http-addr", addr); code != 0 || out != "well\n" {
		t.Errorf("exit %d: %s%s", code, out, errOut)
	}
	ready = http.StatusServiceUnavailable
	if code, _, errOut := cobijo(t, "", "health", "--ready", "--http-addr", addr); code != 1 || !strings.Contains(errOut, "503") {
		t.Errorf("exit %d: %s", code, errOut)
	}
	server.Close()
	if code, _, _ := cobijo(t, "", "health", "--http-addr", addr); code != 1 {
		t.Errorf("a server that is away: exit %d", code)
	}
	if code, _, errOut := cobijo(t, "", "health", "--http-addr", "nonsense"); code != 1 || !strings.Contains(errOut, "HTTP_ADDR") {
		t.Errorf("exit %d: %s", code, errOut)
	}
}
