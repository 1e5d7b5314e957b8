package scale

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cobijo/bot/fakeslack"
)

// asking is what somebody does in Slack: a command ("/commitments mx"), a press (what stands on the button, a regular expression), a
// mention in a channel or a direct message.
type asking struct{ way, text string }

const (
	command = "command"
	press   = "press"
	mention = "mention"
	direct  = "direct"
)

// query is what one person asks, one thing after another.
type query struct {
	locale, zone string
	steps        []asking
	after        [][]string // by step: all that the app showed this person by then, where nothing fails
}

func queries() []*query {
	return []*query{
		{locale: "es-419", zone: "America/Mexico_City", steps: []asking{
			{command, "/commitments mx"}, {press, `^6–`}, {press, `^Anteriores$`}, {press, `^Leer$`}, {mention, "¿Qué prometió México sobre detención?"},
		}},
		{locale: "es-419", zone: "America/Tegucigalpa", steps: []asking{
			{direct, "¿Qué plazo hay para pedir asilo en México?"}, {direct, "¿y en Guatemala?"}, {command, "/commitments comparar mx gt"}, {command, "/protection ¿cómo apelo en México?"},
		}},
		{locale: "en-US", zone: "America/New_York", steps: []asking{
			{command, "/commitments mexico detention"}, {press, `^Read$`}, {command, "/commitments mx-04"}, {direct, "what did Mexico commit to on detention?"}, {mention, "help"},
		}},
		{locale: "en-US", zone: "America/Panama", steps: []asking{
			{mention, "what did Panama commit to on children?"}, {command, "/commitments progress mexico"}, {direct, "can they send me back to my country from Mexico?"},
		}},
	}
}

// workspace is a Slack whose requests come to the replicas in turn, as behind a load balancer.
type workspace struct {
	t       testing.TB
	api     *fakeslack.Server
	front   *front
	weather *weather
	all     []*query

	asked, queried, again atomic.Int64
	refused               atomic.Int64 // requests that were not acknowledged
	cut                   atomic.Int64 // acknowledged by a process that was killed before it answered
	seenTwice             atomic.Int64 // whispered once more, by another process than the one that was killed

	mu    sync.Mutex
	taken map[string]holder // by person: who acknowledged last
	ended []finished
}

// holder is the process that acknowledged something.
type holder struct {
	r   *replica
	pid int
}

func (h holder) gone() bool { return h.r != nil && h.r.pid() != h.pid }

// someone is a person and where they ask.
type someone struct {
	p        *fakeslack.Person
	team, im *fakeslack.Channel
}

type finished struct {
	one *query
	who someone
}

// newWorkspace makes a Slack; env tells the replicas of it. serve must be called when they are there.
func newWorkspace(t testing.TB, w *weather) (s *workspace, env []string) {
	s = &workspace{t: t, api: fakeslack.New(), weather: w, all: queries(), taken: map[string]holder{}}
	t.Cleanup(s.api.Close)
	// Slack gives up after three seconds: on a busy machine a command would be given twice, and be answered twice.
	s.api.AckTime = longest
	s.api.Retries = append([]time.Duration{0}, slices.Repeat([]time.Duration{time.Second}, 2*60)...)
	s.api.Faults = w.slackFault
	return s, []string{"SLACK_BOT_TOKEN=" + s.api.BotToken, "SLACK_SIGNING_SECRET=" + s.api.SigningSecret, "SLACK_API_URL=" + s.api.URL(), "SLACK_PER_SECOND=0"}
}

func (s *workspace) serve(f *front) {
	s.front = f
	balancer := httptest.NewServer(s)
	s.t.Cleanup(balancer.Close)
	s.api.DeliverTo(balancer.URL)
}

// slackFault is asked at each call of Slack's API. A direct message that may have been sent is looked for; of what one person alone
// sees nobody can be asked, so that the answer to that call is never lost here. What answers a command or a press stands in no
// outbox: where it fails the person is told so and asks again, so that here it is only slow.
func (w *weather) slackFault(method string, _ map[string]any) *fakeslack.Fault {
	if !w.bad.Load() {
		return nil
	}
	var f *fakeslack.Fault
	switch n := rand.IntN(1000); {
	case method == "response_url" && n < 200:
		return &fakeslack.Fault{Delay: 300 * time.Millisecond}
	case method != "chat.postMessage" && method != "chat.postEphemeral":
		return nil
	case n < 60:
		f = &fakeslack.Fault{Code: 429, RetryAfter: 1}
	case n < 120:
		f = &fakeslack.Fault{Code: 500}
	case n < 200 && method == "chat.postMessage":
		f = &fakeslack.Fault{Cut: true, Done: true}
	default:
		return nil
	}
	w.slackFaults.Add(1)
	return f
}

// person reads who did what a request tells of.
func person(path string, body []byte) string {
	var v struct {
		Event struct {
			User        any
			ChannelType string `json:"channel_type"`
		}
		User struct{ ID string }
	}
	form, _ := url.ParseQuery(string(body))
	switch path {
	case "/slack/commands":
		return form.Get("user_id")
	case "/slack/interactions":
		body = []byte(form.Get("payload"))
	}
	_ = json.Unmarshal(body, &v) // what cannot be read is nobody's
	if id, ok := v.Event.User.(string); ok {
		if v.Event.ChannelType == "channel" {
			return "" // of a mention the app is told twice; this is the one that is not answered
		}
		return id
	}
	return v.User.ID
}

// ServeHTTP brings a request to a replica, and notes which process acknowledged it.
func (s *workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "not read", http.StatusBadRequest)
		return
	}
	to := s.front.next()
	h := holder{to, to.pid()}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+to.addr+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		http.Error(w, "no replica", http.StatusBadGateway)
		return
	}
	req.Header = r.Header.Clone()
	res, err := s.front.client.Do(req)
	if err != nil {
		s.refused.Add(1)
		http.Error(w, "no replica", http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		s.mu.Lock()
		s.taken[person(r.URL.Path, body)] = h
		s.mu.Unlock()
	} else {
		s.refused.Add(1)
	}
	w.WriteHeader(res.StatusCode)
	_, _ = io.Copy(w, res.Body)
}

func (s *workspace) arrive(one *query) someone {
	p := s.api.Person("ana", one.locale, one.zone)
	return someone{p, s.api.Channel("coordination", p), s.api.Direct(p)}
}

// sees is all that the app shows somebody, the oldest first.
func (s *workspace) sees(who someone) []fakeslack.Message {
	all := slices.Concat(s.api.Ephemeral(who.p), s.api.Said(who.team), s.api.Said(who.im))
	slices.SortFunc(all, func(a, b fakeslack.Message) int { return strings.Compare(a.TS, b.TS) })
	return all
}

func (s *workspace) shown(who someone) []string {
	var all []string
	for _, m := range s.sees(who) {
		all = append(all, s.api.Show(m))
	}
	return all
}

var buttonLabel = regexp.MustCompile(`\[ ?([^\]\n]+?) ?\]`)

// do lets somebody do something.
func (s *workspace) do(who someone, a asking) (*fakeslack.Delivery, error) {
	switch a.way {
	case command:
		name, rest, _ := strings.Cut(a.text, " ")
		return s.api.Slash(who.p, who.team, name, rest), nil
	case mention:
		return s.api.Mention(who.p, who.team, a.text), nil
	case direct:
		return s.api.DM(who.p, a.text), nil
	}
	label := regexp.MustCompile(a.text)
	for _, m := range slices.Backward(s.sees(who)) {
		for _, b := range buttonLabel.FindAllStringSubmatch(s.api.Show(m), -1) {
			if label.MatchString(b[1]) {
				return s.api.Press(who.p, m, b[1])
			}
		}
	}
	return nil, fmt.Errorf("no button %s", a.text)
}

// told brings it to the app. An event Slack brings again by itself; a command or a press the person does again, unless the answer came
// and only the acknowledgement was lost.
func (s *workspace) told(ctx context.Context, who someone, a asking, repeat bool) (*fakeslack.Delivery, error) {
	before := s.shown(who)
	ctx, cancel := context.WithTimeout(ctx, late)
	defer cancel()
	for {
		d, err := s.do(who, a)
		if err != nil {
			return nil, err
		}
		if event := a.way == mention || a.way == direct; repeat && event {
			s.again.Add(2)
			s.api.Redeliver(d) // while the first is being answered
			defer s.api.Repeat(d)
		}
		if err = d.Wait(ctx); err == nil || ctx.Err() != nil || a.way == mention || a.way == direct {
			return d, err
		}
		pause(ctx, 500*time.Millisecond)
		if !slices.Equal(before, s.shown(who)) {
			return d, nil
		}
	}
}

// record plays a query while nothing fails, and notes what the app shows after each step.
func (s *workspace) record(one *query) {
	who := s.arrive(one)
	before := []string{}
	for _, a := range one.steps {
		if _, err := s.told(s.t.Context(), who, a, false); err != nil {
			s.t.Fatalf("Slack, %s: %v", a.text, err)
		}
		within(s.t, longest, "Slack shows an answer to "+a.text, func() bool { return !slices.Equal(before, s.shown(who)) })
		time.Sleep(200 * time.Millisecond) // one answer may be several messages
		before = s.shown(who)
		one.after = append(one.after, before)
	}
}

// grace is how long the answer of a process that was killed may take: what it put into the outbox another sends.
const grace = 20 * time.Second

// play plays a query whatever fails, and compares what is shown after each step; what is wrong is empty for nothing.
func (s *workspace) play(ctx context.Context, one *query) (wrong string) {
	who := s.arrive(one)
	for i, a := range one.steps {
		d, err := s.told(ctx, who, a, i%2 == 0)
		if err != nil {
			return fmt.Sprintf("%s %q is not acknowledged: %v", a.way, a.text, err)
		}
		s.asked.Add(1)
		var noticed time.Time
		for end := time.Now().Add(late); ; time.Sleep(50 * time.Millisecond) {
			got := s.shown(who)
			if slices.Equal(got, one.after[i]) {
				break
			}
			// What one person alone sees cannot be looked for: rather twice than not at all.
			if n := len(one.after[i]); a.way == mention && d.Attempts() > 1 && len(got) == n+1 && slices.Equal(got[:n], one.after[i]) && got[n] == got[n-1] {
				s.seenTwice.Add(1)
				return ""
			}
			s.mu.Lock()
			h := s.taken[who.p.ID]
			s.mu.Unlock()
			if h.gone() && noticed.IsZero() {
				noticed = time.Now()
			}
			if before := i > 0 && slices.Equal(got, one.after[i-1]) || len(got) == 0; before && !noticed.IsZero() && time.Since(noticed) > grace {
				s.cut.Add(1)
				return ""
			}
			if time.Now().After(end) {
				return fmt.Sprintf("%s %q: %d messages instead of %d, the last is %.80q instead of %.80q", a.way, a.text, len(got), len(one.after[i]), last(got), last(one.after[i]))
			}
		}
		time.Sleep(time.Duration(200+rand.IntN(300)) * time.Millisecond)
	}
	s.mu.Lock()
	s.ended = append(s.ended, finished{one, who})
	s.mu.Unlock()
	return ""
}

// people ask until the context ends; a query that is begun is ended.
func (s *workspace) people(ctx context.Context, n int, fault func(format string, args ...any)) *sync.WaitGroup {
	wg := &sync.WaitGroup{}
	for i := range n {
		wg.Go(func() {
			for k := i; ctx.Err() == nil; k++ {
				if wrong := s.play(context.WithoutCancel(ctx), s.all[k%len(s.all)]); wrong != "" {
					fault("Slack: %s", wrong)
				}
				s.queried.Add(1)
			}
		})
	}
	return wg
}

// changed counts the talks that show something else in the end than they did after their last step.
func (s *workspace) changed() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.ended {
		if !slices.Equal(s.shown(f.who), f.one.after[len(f.one.after)-1]) {
			n++
		}
	}
	return n
}
