package fakeslack

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	api "github.com/slack-go/slack"
)

// app is an app by HTTP: it checks the signature and answers what it is told to.
type app struct {
	secret string
	mu     sync.Mutex
	status []int  // of the next answers; 200 when there are no more
	body   string // of an answer with 200
	retry  []string
	paths  []string
	bad    []error
	slow   time.Duration
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v, err := api.NewSecretsVerifier(r.Header, a.secret)
	if err == nil {
		_, _ = v.Write(body)
		err = v.Ensure()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.bad = append(a.bad, err)
	}
	a.paths = append(a.paths, r.URL.Path)
	a.retry = append(a.retry, r.Header.Get("X-Slack-Retry-Num")+r.Header.Get("X-Slack-Retry-Reason"))
	if a.slow > 0 {
		select {
		case <-time.After(a.slow):
		case <-r.Context().Done():
		}
	}
	if len(a.status) > 0 {
		w.WriteHeader(a.status[0])
		a.status = a.status[1:]
		return
	}
	_, _ = io.WriteString(w, a.body)
}

func TestHTTP(t *testing.T) {
	s, _, ctx := start(t)
	s.Retries = []time.Duration{0, time.Millisecond}
	a := &app{secret: s.SigningSecret}
	web := httptest.NewServer(a)
	defer web.Close()
	s.DeliverTo(web.URL)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)

	a.status = []int{500, 503}
	d := s.DM(ana, "hola")
	if err := d.Wait(ctx); err != nil || d.Attempts() != 3 {
		t.Errorf("after two failures: %v, %d attempts", err, d.Attempts())
	}
	if want := []string{"", "1http_error", "2http_error"}; !slices.Equal(a.retry, want) {
		t.Errorf("retries %q", a.retry)
	}
	a.body = "un *momento*" // a plain text is an answer to a command
	if err := s.Slash(ana, team, "/commitments", "mexico & más").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	a.body = ""
	if e := s.Ephemeral(ana); len(e) != 1 || e[0].Text != "un *momento*" {
		t.Errorf("said %+v", e)
	}
	if err := s.GlobalShortcut(ana, "find").Wait(ctx); err != nil {
		t.Error(err)
	}
	if want := []string{"/slack/events", "/slack/events", "/slack/events", "/slack/commands", "/slack/interactions"}; !slices.Equal(a.paths, want) {
		t.Errorf("paths %q", a.paths)
	}
	a.status = []int{500}
	if err := s.Slash(ana, team, "/commitments", "").Wait(ctx); err == nil {
		t.Error("a command that failed is not brought again")
	}
	if len(a.bad) > 0 {
		t.Errorf("signatures: %v", a.bad)
	}
	a.body = challenge
	if err := s.Verify(ctx); err != nil {
		t.Error(err)
	}
	s.AckTime, a.slow = 50*time.Millisecond, time.Hour
	if err := s.GlobalShortcut(ana, "find").Wait(ctx); !errors.Is(err, ErrTimeout) {
		t.Errorf("slow: %v", err)
	}
	web.CloseClientConnections()
	noProblems(t, s)
}
