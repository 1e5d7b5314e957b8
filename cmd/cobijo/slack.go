package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"

	"cobijo/bot/gaps"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/slack"
	"cobijo/seeds"
)

// slackSettings are what an operator sets for Slack: the bot's token, and by which way Slack brings what people do.
type slackSettings struct {
	SlackBotToken      string  `name:"slack-bot-token" env:"SLACK_BOT_TOKEN" help:"Token of the bot (xoxb-…). None: no Slack, and no reminders." placeholder:"TOKEN"`
	SlackAppToken      string  `name:"slack-app-token" env:"SLACK_APP_TOKEN" help:"Token of the app (xapp-…, with connections:write), for Socket Mode: no address of its own is needed." placeholder:"TOKEN"`
	SlackSigningSecret string  `name:"slack-signing-secret" env:"SLACK_SIGNING_SECRET" help:"What Slack signs with, for HTTP at /slack/events, /slack/commands and /slack/interactions (all replicas behind a load balancer)." placeholder:"SECRET"`
	SlackAPIURL        string  `name:"slack-api-url" env:"SLACK_API_URL" default:"https://slack.com/api/" help:"Slack's API."`
	SlackCommitments   string  `name:"slack-command-commitments" env:"SLACK_COMMAND_COMMITMENTS" default:"/commitments" help:"What the command for commitments is called in the app."`
	SlackProtection    string  `name:"slack-command-protection" env:"SLACK_COMMAND_PROTECTION" default:"/protection" help:"What the command for protection information is called in the app."`
	SlackPerSecond     float64 `name:"slack-per-second" env:"SLACK_PER_SECOND" default:"5" help:"Answers a second, over all replicas. 0: no limit."`
	SlackReportChannel string  `name:"slack-report-channel" env:"SLACK_REPORT_CHANNEL" help:"Id of the channel (C…, or G…) that is told on the first working day of each month, from 15:00 UTC on, what could not be answered in the month before. The bot must be in it. None: nobody is told." placeholder:"ID"`
	SlackReportLang    string  `name:"slack-report-lang" env:"SLACK_REPORT_LANG" enum:"es,en" default:"es" help:"Language of what that channel is told: es or en."`
}

var channelID = regexp.MustCompile(`^[CG][A-Z0-9]{2,29}$`)

// slackChannel makes the channel with its reminders; nil where there is no token.
func (c slackSettings) slackChannel(svc *service, log *slog.Logger) (*slack.Channel, *reminders.Service, error) {
	switch {
	case c.SlackBotToken == "" && (c.SlackAppToken != "" || c.SlackSigningSecret != "" || c.SlackReportChannel != ""):
		return nil, nil, errors.New("SLACK_BOT_TOKEN is missing: it is required with SLACK_APP_TOKEN, SLACK_SIGNING_SECRET and SLACK_REPORT_CHANNEL")
	case c.SlackBotToken == "":
		return nil, nil, nil
	case c.SlackReportChannel != "" && !channelID.MatchString(c.SlackReportChannel):
		return nil, nil, fmt.Errorf("SLACK_REPORT_CHANNEL is %q: a channel's id (C…, or G…), which its details show, not its name", c.SlackReportChannel)
	case c.SlackPerSecond < 0:
		return nil, nil, fmt.Errorf("SLACK_PER_SECOND is %v: at least 0", c.SlackPerSecond)
	}
	o := slack.Options{
		BotToken: c.SlackBotToken, AppToken: c.SlackAppToken, SigningSecret: c.SlackSigningSecret, APIURL: c.SlackAPIURL,
		Commitments: c.SlackCommitments, Protection: c.SlackProtection, PerSecond: c.SlackPerSecond, Sent: svc.sent("slack"), Log: log,
	}
	if c.SlackPerSecond == 0 {
		o.PerSecond = -1
	}
	book := progress.NewBook(svc.Store(), nil)
	channel, err := slack.New(svc.Service, svc.base, svc.texts, book, o)
	if err != nil {
		return nil, nil, err
	}
	holidays, faults := reminders.LoadHolidays(seeds.FS)
	if len(faults) > 0 {
		return nil, nil, fmt.Errorf("read holidays: %w", faults.Err())
	}
	remind := reminders.New(reminders.Options{
		Redis: svc.rdb, Store: svc.Store(), Book: book, Statement: svc.base.Statement, Holidays: holidays, Poster: channel, Members: channel, Log: log,
		Observer: svc.metrics,
	})
	channel.Remind(remind)
	return channel, remind, nil
}

// serveSlack serves Slack and its reminders, where they are wanted, until the context ends. The context that it gives ends too when
// they cannot be served; wait gives why, after what was begun ended.
func (c slackSettings) serveSlack(ctx context.Context, svc *service, mux *http.ServeMux, log *slog.Logger) (_ context.Context, wait func() error, _ error) {
	channel, remind, err := c.slackChannel(svc, log)
	if err != nil || channel == nil {
		return ctx, func() error { return nil }, err
	}
	channel.Mount(mux)
	svc.ready = append(svc.ready, channel.Ready)
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan error, 3)
	run := func(what string, f func(context.Context) error) {
		err := f(ctx)
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		if err != nil {
			err = fmt.Errorf("serve %s: %w", what, err)
		}
		cancel(err)
		ended <- err
	}
	go run("Slack", channel.Run)
	go run("reminders", remind.Run)
	parts := 2
	if c.SlackReportChannel != "" {
		parts++
		monthly := gaps.NewMonthly(gaps.Options{Store: svc.Store(), Poster: channel, Channel: c.SlackReportChannel, Lang: c.SlackReportLang, Log: log})
		go run("the month's report", monthly.Run)
	}
	return ctx, func() error {
		cancel(nil)
		var errs []error
		for range parts {
			errs = append(errs, <-ended)
		}
		return errors.Join(errs...)
	}, nil
}
