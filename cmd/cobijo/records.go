package main

import (
	"errors"
	"fmt"
	"log/slog"

	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/store"
	"cobijo/knowledge/statement"
	"cobijo/seeds"
)

// recordSettings are what leads to the records that the reminders keep.
type recordSettings struct {
	RedisURL string   `name:"redis-url" env:"REDIS_URL" help:"Redis server or cluster that the reminders are kept in, as for serve." placeholder:"URL"`
	Secret   []string `env:"COBIJO_SECRET" help:"Key that they are sealed with, as for serve." placeholder:"KEY"`
}

// records are the subscriptions and what was reported.
type records struct {
	*reminders.Service
	book  *progress.Book
	close func()
}

// open reaches the records. what is the wish that needs them.
func (c recordSettings) open(what string, text *statement.Statement, log *slog.Logger) (*records, error) {
	switch {
	case c.RedisURL == "":
		return nil, fmt.Errorf("REDIS_URL is missing: %s in the Redis of `cobijo serve`", what)
	case len(c.Secret) == 0:
		return nil, errors.New("COBIJO_SECRET is missing: what is kept in Redis is sealed with it")
	}
	var keys [][]byte
	for _, k := range c.Secret {
		keys = append(keys, []byte(k))
	}
	rdb, err := store.Connect(c.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	st, err := store.New(rdb, store.Options{Secrets: keys})
	if err != nil {
		_ = rdb.Close()
		return nil, fmt.Errorf("COBIJO_SECRET: %w", err)
	}
	holidays, faults := reminders.LoadHolidays(seeds.FS)
	if err := faults.Err(); err != nil {
		_ = rdb.Close()
		return nil, fmt.Errorf("read holidays: %w", err)
	}
	book := progress.NewBook(st, nil)
	svc := reminders.New(reminders.Options{Redis: rdb, Store: st, Book: book, Statement: text, Holidays: holidays, Log: log})
	return &records{svc, book, func() { _ = rdb.Close() }}, nil
}
