package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"cobijo/bot/fakeslack"
	"cobijo/bot/gaps"
)

// TestSlackSettings names what is missing or malformed at start, and no token.
func TestSlackSettings(t *testing.T) {
	const hush = "hush-hush-hush-hush"
	for want, args := range map[string][]string{
		"SLACK_BOT_TOKEN is missing":   {"--slack-app-token=xapp-" + hush},
		"SLACK_BOT_TOKEN is malformed": {"--slack-bot-token=" + hush, "--slack-app-token=xapp-" + hush},
		"SLACK_SIGNING_SECRET":         {"--slack-bot-token=xoxb-" + hush},
		"SLACK_APP_TOKEN is malformed": {"--slack-bot-token=xoxb-" + hush, "--slack-app-token=" + hush},
		"SLACK_API_URL":                {"--slack-bot-token=xoxb-" + hush, "--slack-app-token=xapp-" + hush, "--slack-api-url=ftp://x"},
		"SLACK_COMMAND_COMMITMENTS":    {"--slack-bot-token=xoxb-" + hush, "--slack-app-token=xapp-" + hush, "--slack-command-commitments=x y"},
		"required with SLACK_APP_TOKEN, SLACK_SIGNING_SECRET and SLACK_REPORT_CHANNEL": {"--slack-report-channel=C012345"},
		`SLACK_REPORT_CHANNEL is "#editors"`:                                           {"--slack-bot-token=xoxb-" + hush, "--slack-app-token=xapp-" + hush, "--slack-report-channel=#editors"},
		"SLACK_PER_SECOND":                                                             {"--slack-bot-token=xoxb-" + hush, "--slack-app-token=xapp-" + hush, "--slack-per-second=-1"},
	} {
		var out, errOut bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		code := run(ctx, append([]string{"serve", "--http-addr=127.0.0.1:0"}, args...), nil, &out, &errOut)
		cancel()
		if code != exitFailed || !strings.Contains(errOut.String(), want) || strings.Contains(errOut.String(), hush) {
			t.Errorf("%s: %d, %s", want, code, errOut.String())
		}
	}
}

// TestServeSlack asks the whole program by Slack, over a WebSocket.
func TestServeSlack(t *testing.T) {
	s := fakeslack.New()
	defer s.Close()
	s.AckTime, s.TriggerTime = 30*time.Second, time.Minute
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team, editors := s.Channel("coordination", ana), s.Channel("editors", ana)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errOut bytes.Buffer
	ended := make(chan int, 1)
	serving, stop := context.WithCancel(ctx)
	go func() {
		ended <- run(serving, []string{"serve", "--http-addr=127.0.0.1:0", "--slack-bot-token=" + s.BotToken, "--slack-app-token=" + s.AppToken, "--slack-api-url=" + s.URL(), "--slack-report-channel=" + editors.ID, "--slack-report-lang=en"}, nil, &out, &errOut)
	}()
	if err := s.Connected(ctx, 1); err != nil {
		t.Fatal(err)
	}
	s.Slash(ana, team, "/commitments", "mx")
	said, err := s.Whispered(ctx, ana, 1)
	if err != nil || !strings.Contains(s.Show(said[0]), "mx-01") {
		t.Fatalf("%v: %+v", err, said)
	}
	s.Slash(ana, team, "/commitments", "recordar mx")
	if _, err := s.View(ctx, ana); err != nil {
		t.Fatal(err)
	}
	if _, due := gaps.Due(time.Now()); time.Now().After(due) {
		told, err := s.Posted(ctx, editors, 1)
		if err != nil || !strings.Contains(s.Show(told[0]), "Nothing was asked that could not be answered") {
			t.Errorf("the editors are told %+v, %v", told, err)
		}
	}
	stop()
	if code := <-ended; code != exitFine {
		t.Errorf("it ended with %d: %s", code, errOut.String())
	}
	for _, p := range s.Problems() {
		t.Error(p)
	}
}
