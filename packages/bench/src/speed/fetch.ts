/** A fetch as the throughput is measured with: what all contenders accept. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
