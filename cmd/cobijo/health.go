package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthCmd asks a running server how it is: a container has no other program that could.
type healthCmd struct {
	HTTPAddr string        `name:"http-addr" env:"HTTP_ADDR" default:"localhost:8080" help:"Where cobijo serve listens."`
	Ready    bool          `help:"Ask whether Redis keeps what it is given too (/readyz), not only whether the process lives (/healthz)."`
	Timeout  time.Duration `help:"How long it may take." default:"3s"`
}

// Run fails where the server does not answer that it is well.
func (c *healthCmd) Run(ctx context.Context, s *streams) error {
	host, port, err := net.SplitHostPort(c.HTTPAddr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR: %w", err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing was read of it
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", path, resp.StatusCode)
	}
	fmt.Fprintln(s.out, "well")
	return nil
}
