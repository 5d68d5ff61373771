export type { FaultProxy, FaultProxyOptions, ProxyConnection, ProxyCounts } from "./fault-proxy.ts";
export { faultProxy } from "./fault-proxy.ts";
export type { BreakFault, Direction, TcpFault } from "./tcp-fault.ts";
