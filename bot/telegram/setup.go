package telegram

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// menuCommands are what Telegram shows behind the menu key: the name by language, and the id of what it says of it.
var menuCommands = []struct {
	names map[string]string
	text  string
	group bool // of use in a group too
}{
	{map[string]string{"es": "menu", "en": "menu"}, "telegram_cmd_menu", false},
	{map[string]string{"es": "pais", "en": "country"}, "telegram_cmd_country", false},
	{map[string]string{"es": "idioma", "en": "language"}, "telegram_cmd_language", true},
	{map[string]string{"es": "emergencia", "en": "emergency"}, "telegram_cmd_emergency", false},
	{map[string]string{"es": "cerca", "en": "near"}, "telegram_cmd_near", false},
	{map[string]string{"es": "compromisos", "en": "commitments"}, "telegram_cmd_commitments", true},
	{map[string]string{"es": "discreto", "en": "discreet"}, "telegram_cmd_discreet", false},
	{map[string]string{"es": "privacidad", "en": "privacy"}, "telegram_cmd_privacy", false},
	{map[string]string{"es": "borrar", "en": "forget"}, "telegram_cmd_forget", false},
	{map[string]string{"es": "acerca", "en": "about"}, "telegram_cmd_about", false},
}

// commandsIn gives the commands in a language.
func (c *Channel) commandsIn(lang string, group bool) []models.BotCommand {
	var cs []models.BotCommand
	for _, m := range menuCommands {
		name := m.names[lang]
		if name == "" {
			name = m.names["en"]
		}
		if m.group || !group {
			cs = append(cs, models.BotCommand{Command: name, Description: c.texts.Text(lang, m.text)})
		}
	}
	return cs
}

// introduce learns what the bot is called, tells Telegram what to show of it and how updates are to come. It tries until
// Telegram answers; what a person can do without is tried once.
func (c *Channel) introduce(ctx context.Context) error {
	err := c.insist(ctx, "getMe", func() error {
		me, err := c.wire.GetMe(ctx)
		if err == nil {
			c.me.Store(&identity{id: me.ID, username: me.Username})
			if !me.CanReadAllGroupMessages {
				c.o.Log.InfoContext(ctx, "in groups Telegram shows this bot commands and replies, and a mention only where the bot is an administrator or its privacy mode is off", "channel", channel)
			}
			if !me.SupportInlineQueries {
				c.o.Log.InfoContext(ctx, "inline mode is off: @BotFather, /setinline", "channel", channel)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case c.o.Mode == Polling:
		err = c.insist(ctx, "deleteWebhook", func() error {
			_, err := c.wire.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
			return err
		})
	case c.o.WebhookURL != "":
		err = c.insist(ctx, "setWebhook", func() error {
			_, err := c.wire.SetWebhook(ctx, &tg.SetWebhookParams{
				URL: c.o.WebhookURL, SecretToken: c.o.Secret, AllowedUpdates: wanted, MaxConnections: 100,
			})
			return err
		})
	}
	if err != nil {
		return err
	}
	c.aside.Go(func() { c.describe(ctx) })
	return nil
}

// insist calls until it goes well or the context ends. A wrong token is an error.
func (c *Channel) insist(ctx context.Context, method string, call func() error) error {
	for wait := time.Second; ; wait = min(2*wait, pollWorst) {
		err := call()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, tg.ErrorUnauthorized), errors.Is(err, tg.ErrorNotFound):
			return errors.New("TELEGRAM_TOKEN: Telegram does not know this token")
		}
		if e := (*tg.TooManyRequestsError)(nil); errors.As(err, &e) {
			wait = max(wait, time.Duration(e.RetryAfter)*time.Second)
		}
		// The library's words may quote the answer, and the token of a custom server's address.
		c.o.Log.WarnContext(ctx, "Telegram does not answer", "channel", channel, "method", method, "again", wait)
		sleep(ctx, wait)
	}
}

// describe tells Telegram what to show of the bot, where that is not what it shows already: it lets this be changed seldom.
func (c *Channel) describe(ctx context.Context) {
	langs := append([]string{""}, c.texts.Langs()...) // "" is for people of other languages
	for _, code := range langs {
		lang := code
		if lang == "" {
			lang = c.texts.Langs()[0]
		}
		for _, group := range []bool{false, true} {
			if err := c.tellCommands(ctx, code, lang, group); err != nil {
				c.undescribed(ctx, "setMyCommands", err)
			}
		}
		if err := c.tellAbout(ctx, code, lang); err != nil {
			c.undescribed(ctx, "setMyDescription", err)
		}
	}
}

func (c *Channel) undescribed(ctx context.Context, method string, err error) {
	if ctx.Err() == nil {
		throttled := (*tg.TooManyRequestsError)(nil)
		c.o.Log.WarnContext(ctx, "Telegram does not show this bot as it is", "channel", channel, "method", method, "throttled", errors.As(err, &throttled))
	}
}

func (c *Channel) tellCommands(ctx context.Context, code, lang string, group bool) error {
	var scope models.BotCommandScope = &models.BotCommandScopeAllPrivateChats{}
	if group {
		scope = &models.BotCommandScopeAllGroupChats{}
	}
	want := c.commandsIn(lang, group)
	if have, err := c.wire.GetMyCommands(ctx, &tg.GetMyCommandsParams{Scope: scope, LanguageCode: code}); err == nil && slices.Equal(have, want) {
		return nil
	}
	_, err := c.wire.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: want, Scope: scope, LanguageCode: code})
	return err
}

func (c *Channel) tellAbout(ctx context.Context, code, lang string) error {
	long, short := c.texts.Text(lang, "telegram_description"), c.texts.Text(lang, "telegram_short_description")
	have, err := c.wire.GetMyDescription(ctx, &tg.GetMyDescriptionParams{LanguageCode: code})
	if err != nil || strings.TrimSpace(have.Description) != long {
		if _, err := c.wire.SetMyDescription(ctx, &tg.SetMyDescriptionParams{Description: long, LanguageCode: code}); err != nil {
			return err
		}
	}
	brief, err := c.wire.GetMyShortDescription(ctx, &tg.GetMyShortDescriptionParams{LanguageCode: code})
	if err != nil || strings.TrimSpace(brief.ShortDescription) != short {
		if _, err := c.wire.SetMyShortDescription(ctx, &tg.SetMyShortDescriptionParams{ShortDescription: short, LanguageCode: code}); err != nil {
			return err
		}
	}
	return nil
}
