import { lossOf, percentOf, type ReportedProgress, speedOf } from '../../training/progress/reported.ts';
import { durationText } from '../simulate/duration.ts';

/** One line for people: `step 120/1000 (12%), loss 0.31, 512 samples/s, 1m20s left`. Pure. */
export function progressText(progress: ReportedProgress): string {
  const { epoch, remainingSeconds } = progress;
  const loss = lossOf(progress);
  const parts = [
    stepText(progress),
    ...(epoch === undefined ? [] : [`epoch ${short(epoch)}`]),
    ...(loss ? [`${loss.name.replaceAll('_', ' ')} ${short(loss.value)}`] : []),
    speedText(progress),
    ...(remainingSeconds === undefined ? [] : [`${durationText(remainingSeconds * 1000)} left`]),
  ];
  return parts.filter(Boolean).join(', ');
}

/** `step 120/1000 (12%)`, or as much of it as is known. */
export function stepText(progress: ReportedProgress): string {
  const { step, total } = progress;
  const percent = percentOf(progress);
  const done = percent === undefined ? '' : `${Math.floor(percent)}%`;
  if (step === undefined) return done;
  return `step ${step}${total === undefined ? '' : `/${total}`}${done ? ` (${done})` : ''}`;
}

/** `512 samples/s`. */
export function speedText(progress: ReportedProgress): string {
  const speed = speedOf(progress);
  if (!speed) return '';
  const [, unit] = /^(?:train_)?(\w+)_per_second$/.exec(speed.name) ?? [];
  return unit ? `${short(speed.value)} ${unit}/s` : `${speed.name} ${short(speed.value)}`;
}

/** Four digits that count. */
export const short = (value: number): string => String(Number(value.toPrecision(4)));
