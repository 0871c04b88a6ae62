export function Explain({ identifier }: { identifier: string }) { return identifier ? null : null; }
