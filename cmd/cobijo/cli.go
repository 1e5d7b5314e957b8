package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

type cli struct {
	Serve       serveCmd       `cmd:"" help:"Everything that the configuration names; with none, the web chat on http://localhost:8080."`
	Chat        chatCmd        `cmd:"" help:"A conversation in the terminal."`
	Commitments commitmentsCmd `cmd:"" help:"The commitments of the San José Action Statement."`
	Reminders   remindersCmd   `cmd:"" help:"Subscriptions to commitments, what was reported on them, and what could not be posted."`
	Export      exportCmd      `cmd:"" help:"All that is lasting, for another instance: subscriptions, what was reported, milestones. The file is not encrypted."`
	Import      importCmd      `cmd:"" help:"What cobijo export wrote: what is there already stays; nothing of a file that is not whole."`
	Ask         askCmd         `cmd:"" help:"One question, one answer; or a batch of them."`
	Eval        evalCmd        `cmd:"" hidden:"" help:"Measure the understanding on questions with known answers."`
	Check       checkCmd       `cmd:"" help:"Lint the knowledge and the locales; prints each fault as file:line: what is wrong."`
	Preview     previewCmd     `cmd:"" help:"An entry as Telegram, Slack, the web and the terminal show it, with its measures."`
	Poster      posterCmd      `cmd:"" help:"A page to print of an entry, with a code that leads to the rest."`
	Simulate    simulateCmd    `cmd:"" help:"Try it without an account: a page to talk to it on a make-believe Telegram and Slack, or recorded conversations played against it."`
	Report      reportCmd      `cmd:"" help:"What people asked that could not be answered, by topic and country."`
	Health      healthCmd      `cmd:"" help:"Ask a running server whether it is well; exit 1 where it is not."`
	Version     versionCmd     `cmd:"" help:"Version, knowledge date, counts."`
	Train       trainCmd       `cmd:"" hidden:"" help:"Train the models of the understanding from seeds/questions."`
}

// Exit codes, as contract for scripts.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

// exitCode is panicked by kong's exit hook (--help) and caught in run, so that nothing else ends the process.
type exitCode int

func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (code int) {
	defer func() {
		if r := recover(); r != nil {
			c, ok := r.(exitCode)
			if !ok {
				panic(r)
			}
			code = int(c)
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("cobijo"),
		kong.Description("A chat assistant for protection information in the Americas."),
		kong.Writers(out, errOut),
		kong.Exit(func(code int) { panic(exitCode(code)) }),
		kong.Bind(&streams{in: in, out: out, err: errOut}),
		kong.Bind(handlerMaker(newHandler)),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintln(errOut, "cobijo:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(errOut, "cobijo:", err)
		fmt.Fprintln(errOut, "Try: cobijo --help")
		return exitUsage
	}
	if err := k.Run(); err != nil {
		if u := (usageError{}); errors.As(err, &u) {
			fmt.Fprintln(errOut, "cobijo:", err)
			return exitUsage
		}
		if !errors.Is(err, context.Canceled) {
			fmt.Fprintln(errOut, "cobijo:", err)
		}
		return exitFailed
	}
	return exitFine
}

// usageError is a wrong use of a command that the parser could not know of.
type usageError struct{ error }
