package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"cobijo/bot/telegram"
)

// telegramSettings are what an operator sets for Telegram. With a token alone the bot polls, and needs no address of its own.
type telegramSettings struct {
	TelegramToken         string  `name:"telegram-token" env:"TELEGRAM_TOKEN" help:"Token of the bot, from @BotFather. None: no Telegram." placeholder:"TOKEN"`
	TelegramAPIURL        string  `name:"telegram-api-url" env:"TELEGRAM_API_URL" default:"https://api.telegram.org" help:"Bot API server."`
	TelegramMode          string  `name:"telegram-mode" env:"TELEGRAM_MODE" default:"polling" enum:"polling,webhook" help:"How updates come: polling (one replica at a time polls), or webhook (all replicas behind a load balancer, at /telegram/webhook)."`
	TelegramWebhookSecret string  `name:"telegram-webhook-secret" env:"TELEGRAM_WEBHOOK_SECRET" help:"What Telegram must send along with each update: 16 to 256 letters, digits, _ and -. Required with webhook." placeholder:"SECRET"`
	TelegramWebhookURL    string  `name:"telegram-webhook-url" env:"TELEGRAM_WEBHOOK_URL" help:"Where Telegram is to send updates (https://…/telegram/webhook); it is registered at start. None: registered already." placeholder:"URL"`
	TelegramPerSecond     float64 `name:"telegram-per-second" env:"TELEGRAM_PER_SECOND" default:"30" help:"Messages a second, over all replicas. 0: no limits, not for a chat either (a Bot API server that has none)."`
}

// channel makes the channel; nil where there is no token.
func (c telegramSettings) channel(svc *service, log *slog.Logger) (*telegram.Channel, error) {
	if c.TelegramToken == "" {
		return nil, nil //nolint:nilnil // nothing is wrong: Telegram is not wanted
	}
	if c.TelegramPerSecond < 0 {
		return nil, fmt.Errorf("TELEGRAM_PER_SECOND is %v: at least 0", c.TelegramPerSecond)
	}
	o := telegram.Options{
		Token: c.TelegramToken, APIURL: c.TelegramAPIURL, Mode: telegram.Mode(c.TelegramMode), Secret: c.TelegramWebhookSecret,
		WebhookURL: c.TelegramWebhookURL, PerSecond: c.TelegramPerSecond, Sent: svc.sent("telegram"), Log: log,
	}
	if c.TelegramPerSecond == 0 {
		o.PerSecond, o.Unpaced = -1, true
	}
	channel, err := telegram.New(svc.Service, svc.base, svc.texts, o)
	if err != nil {
		return nil, fmt.Errorf("TELEGRAM_TOKEN, TELEGRAM_MODE, TELEGRAM_WEBHOOK_SECRET: %w", err)
	}
	return channel, nil
}

// serve serves Telegram, where it is wanted, until the context ends. The context that it gives ends too when Telegram cannot be
// served; wait gives why, after what was begun ended.
func (c telegramSettings) serve(ctx context.Context, svc *service, mux *http.ServeMux, log *slog.Logger) (_ context.Context, wait func() error, _ error) {
	channel, err := c.channel(svc, log)
	if err != nil || channel == nil {
		return ctx, func() error { return nil }, err
	}
	mux.Handle("/telegram/webhook", channel.Handler())
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan error, 1)
	go func() {
		err := channel.Run(ctx)
		cancel(err)
		ended <- err
	}()
	return ctx, func() error {
		cancel(nil)
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("serve Telegram: %w", err)
		}
		return nil
	}, nil
}
