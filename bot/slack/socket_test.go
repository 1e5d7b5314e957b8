package slack_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/fakeslack"
	"cobijo/bot/slack"
	"cobijo/bot/store"
)

func TestReconnects(t *testing.T) {
	for name, cut := range map[string]func(s *stage){
		"refresh": func(s *stage) { s.Disconnect("refresh_requested") },
		"warning": func(s *stage) { s.Disconnect("warning") },
		"cut":     func(s *stage) { s.Cut() },
		"silence": func(s *stage) { s.Silence(true); defer s.Silence(false); time.Sleep(3 * time.Second) },
		"refused": func(s *stage) {
			s.Fail("apps.connections.open", fakeslack.Fault{Code: 500}, fakeslack.Fault{Code: 429, RetryAfter: 1}, fakeslack.Fault{Cut: true})
			s.Cut()
		},
		"switched off": func(s *stage) {
			s.Disconnect("link_disabled")
			time.Sleep(300 * time.Millisecond)
			s.LinkOn()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := fakeslack.New()
			t.Cleanup(api.Close)
			api.PingEvery = 100 * time.Millisecond
			s := open(t, setup{way: overSocket, api: api, options: func(o *slack.Options) { o.PingTime = time.Second }})
			ana := s.Person("ana", "es-419", "America/Mexico_City")
			direct := s.Direct(ana)
			s.posted(direct, func() (*fakeslack.Delivery, error) { return s.DM(ana, "menú"), nil })
			opened := len(s.Calls("apps.connections.open"))
			cut(s)
			if name != "warning" {
				s.until("it connects again", func() bool { return len(s.Calls("apps.connections.open")) > opened && s.channel.Ready() == nil })
			}
			s.posted(direct, func() (*fakeslack.Delivery, error) { return s.DM(ana, "menú"), nil })
			if n := len(s.Said(direct)); n != 2 {
				t.Errorf("%d answers to two messages", n)
			}
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t, setup{way: overSocket})
	var direct []*fakeslack.Channel
	s.Fail("chat.postMessage", fakeslack.Fault{Delay: 500 * time.Millisecond})
	for range 60 {
		p := s.Person("person", "en-US", "UTC")
		direct = append(direct, s.Direct(p))
		s.DM(p, "menu")
		s.DM(p, "language")
	}
	for _, d := range direct {
		s.until("both answers", func() bool { return len(s.Said(d)) == 2 })
		said := s.Said(d)
		if !strings.Contains(said[1].Text, "language") {
			t.Errorf("out of order: %q, then %q", said[0].Text, said[1].Text)
		}
	}
}

// TestStart names what is wrong at start, and no token.
func TestStart(t *testing.T) {
	base, err := realBase()
	if err != nil {
		t.Fatal(err)
	}
	texts := catalog(t)
	rdb, stop := store.Embedded()
	defer stop()
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	service := bot.New(bot.Options{Dialogue: dialogue.New(base, texts, dialogue.Options{}), Store: st, Texts: texts, Log: log})
	const hush = "hush-hush-hush-hush"
	good := slack.Options{BotToken: "xoxb-" + hush, AppToken: "xapp-" + hush, Log: log}
	for want, change := range map[string]func(*slack.Options){
		"SLACK_BOT_TOKEN":           func(o *slack.Options) { o.BotToken = hush },
		"SLACK_APP_TOKEN":           func(o *slack.Options) { o.AppToken = hush },
		"SLACK_SIGNING_SECRET":      func(o *slack.Options) { o.SigningSecret = "short" },
		"Slack needs one of them":   func(o *slack.Options) { o.AppToken = "" },
		"SLACK_API_URL":             func(o *slack.Options) { o.APIURL = "nowhere" },
		"SLACK_COMMAND_COMMITMENTS": func(o *slack.Options) { o.Commitments = "commitments" },
		"SLACK_COMMAND_PROTECTION":  func(o *slack.Options) { o.Protection = "/PROTECTION" },
		"are both":                  func(o *slack.Options) { o.Protection = "/commitments" },
	} {
		o := good
		change(&o)
		_, err := slack.New(service, base, texts, nil, o)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), hush) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for want, fault := range map[string]fakeslack.Fault{"SLACK_BOT_TOKEN": {Error: "invalid_auth"}, "token_revoked": {Error: "token_revoked"}} {
		api := fakeslack.New()
		defer api.Close()
		o := good
		o.APIURL = strings.TrimSuffix(api.URL(), "/") // with and without a slash at the end
		o.BotToken, o.AppToken = api.BotToken, api.AppToken
		api.Fail("auth.test", fault)
		c, err := slack.New(service, base, texts, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), api.BotToken) {
			t.Errorf("%+v: %v", fault, err)
		}
	}
	// The token of the app is no good.
	api := fakeslack.New()
	defer api.Close()
	o := good
	o.APIURL, o.BotToken, o.AppToken = api.URL(), api.BotToken, api.AppToken
	api.Fail("apps.connections.open", fakeslack.Fault{Error: "invalid_auth"})
	c, err := slack.New(service, base, texts, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "SLACK_APP_TOKEN") {
		t.Errorf("the app's token: %v", err)
	}
}

// TestNothingLeaks looks at every line that is logged while everything goes wrong.
func TestNothingLeaks(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		api := fakeslack.New()
		t.Cleanup(api.Close)
		s := open(t, setup{way: way, api: api, lax: true, remind: withReminders})
		ana := s.Person("Petronila", "es-419", "America/Mexico_City")
		team := s.Channel("coordination", ana)
		for _, method := range []string{"chat.postMessage", "chat.postEphemeral", "response_url", "users.info", "views.open", "views.publish", "files.getUploadURLExternal", "conversations.members"} {
			s.Fail(method, fakeslack.Fault{Error: "missing_scope"}, fakeslack.Fault{Code: 500}, fakeslack.Fault{Cut: true}, fakeslack.Fault{Error: "invalid_auth"}, fakeslack.Fault{Code: 404})
		}
		s.Fail("apps.connections.open", fakeslack.Fault{Code: 500}, fakeslack.Fault{Cut: true})
		s.Cut()
		word := "zanahoria"
		for range 3 {
			for _, d := range []*fakeslack.Delivery{
				s.DM(ana, word+" en México"), s.Mention(ana, team, word), s.Slash(ana, team, "/commitments", word), s.Slash(ana, team, "/protection", word),
				s.Slash(ana, team, "/commitments", "recordar "+word), s.Slash(ana, team, "/commitments", "exportar csv mx"), s.OpenHome(ana),
			} {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				_ = d.Wait(ctx)
				cancel()
			}
		}
		s.until("something is logged", func() bool {
			return strings.Contains(s.logs.String(), `"WARN"`) || strings.Contains(s.logs.String(), `"ERROR"`)
		})
		s.stop()
		logged := s.logs.String()
		for _, secret := range []string{word, "Petronila", s.BotToken, s.AppToken, s.SigningSecret, ana.ID, team.ID, s.Direct(ana).ID, s.TeamID, s.URL(), "hooks"} {
			if i := strings.Index(logged, secret); i >= 0 {
				t.Errorf("%q is logged: …%s", secret, logged[max(0, i-300):min(len(logged), i+100)])
			}
		}
	})
}

// TestKeysExpire looks at what stays in Redis: nothing that anybody wrote, and nothing for ever but what is meant to.
func TestKeysExpire(t *testing.T) {
	s := open(t, setup{way: overHTTP})
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	s.slash(ana, team, "/commitments", "zanahoria")
	s.slash(ana, team, "/protection", "zanahoria")
	s.posted(s.Direct(ana), func() (*fakeslack.Delivery, error) { return s.DM(ana, "zanahoria"), nil })
	all, err := s.rdb.Keys(t.Context(), "*").Result()
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, key := range all {
		if ttl := s.rdb.TTL(t.Context(), key).Val(); ttl <= 0 {
			t.Errorf("%s expires in %v", key, ttl)
		}
		if strings.Contains(key, ana.ID) || strings.Contains(key, team.ID) || !strings.Contains(key, "{") {
			t.Errorf("%s tells who", key)
		}
		if dump := s.rdb.Dump(t.Context(), key).Val(); strings.Contains(dump, "zanahoria") || strings.Contains(dump, ana.ID) {
			t.Errorf("%s holds what somebody wrote", key)
		}
	}
}
