export function Next({ identifier }: { identifier: string }) { return identifier ? null : null; }
