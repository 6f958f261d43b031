import { Component, type ReactNode } from "react";

interface BoundaryProps {
  children: ReactNode;
  /** Shown instead of what could not be shown. */
  fallback(error: unknown): ReactNode;
}

/** Keeps a failure in one part of the page from taking the rest with it. */
export class Boundary extends Component<BoundaryProps, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error("unknown") };
  }

  override render() {
    return this.state.error === undefined ? this.props.children : this.props.fallback(this.state.error);
  }
}
